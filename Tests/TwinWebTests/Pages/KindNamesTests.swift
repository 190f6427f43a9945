import Foundation
import Testing
import TwinCore
import TwinPlant
import TwinTesting

/// A new kind is one line in `Kinds.all` and a folder beside: the pages draw what kinds declare and name none.
@Suite("Pages know no kinds")
struct KindNamesTests {
    /// Where a word stands all the same, and why.
    private static let allowed: [String: (words: Set<String>, why: String)] = [
        "page.js": (
            ["wind", "solar", "fuelcell", "chp", "hydrogen"], "colours of accounts, which bear the same names"
        ),
        "storage.js": (["storage"], "the page's own name"),
        "overview.js": (["storage"], "a word of a sentence about all electric stores"),
        "vehicles.js": (["shop"], "the head of a column: shops of passports"),
        "PageShell.swift": (["main"], "the element of HTML"),
        "GroupPage.swift": (["storage", "bay", "yard", "agv"], "the page's own name, and the areas of what charges"),
        "DayCurve.swift": (["storage"], "how full electric stores are; hot water is no part of that curve"),
        "AssetState.swift": (["main"], "the main value of an asset, a key of the data"),
        "Readiness.swift": (["store"], "the store of the books"),
    ]
    /// A class of buttons.
    private static let everywhere: Set<String> = ["main"]

    private static let words: [String] = {
        let own = Kinds.all.compactMap { $0.word }
        let areas = Kinds.areas.map(\.rawValue)
        return Array(Set(own + areas)).sorted()
    }()
    private static let types = Kinds.all.map { "\($0)" }

    /// What of a text names a kind: its type, its word or its area as a text, as a key, or as an area in Swift.
    private static func names(in text: String, isSwift: Bool) throws -> Set<String> {
        let (word, type) = (words.joined(separator: "|"), types.joined(separator: "|"))
        let asText = "[\"'`](\(word))[\"'`]"
        let asKey = "[{,(\\s](\(word))\\s*:"
        let asArea = "(?:==|!=|\\[|, ) ?\\.(\(word))\\b"
        let all = try (isSwift ? [asText, asArea, "\\b(\(type))\\b"] : [asText, asKey]).map { try Regex($0) }
        var found: Set<String> = []
        for line in text.split(separator: "\n") {
            let code = line.firstRange(of: "// ").map { line[..<$0.lowerBound] } ?? line
            for pattern in all {
                found.formUnion(code.matches(of: pattern).compactMap { $0.output[1].substring.map(String.init) })
            }
        }
        return found
    }

    @Test func `no module and no Swift file of the pages names a kind`() throws {
        let root = Repository.root.appending(path: "Sources/TwinWeb")
        let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        var seen = 0
        for case let file as URL in files where ["js", "swift"].contains(file.pathExtension) {
            seen += 1
            let text = try String(contentsOf: file, encoding: .utf8)
            let name = file.lastPathComponent
            let allowed = (Self.allowed[name]?.words ?? []).union(name.hasSuffix(".js") ? Self.everywhere : [])
            let found = try Self.names(in: text, isSwift: file.pathExtension == "swift")
            #expect(found.subtracting(allowed).sorted() == [], "\(name)")
            // What is not there any more needs no leave.
            #expect((Self.allowed[name]?.words ?? []).subtracting(found).sorted() == [], "\(name)")
        }
        #expect(seen > 60)
    }

    @Test func `a kind that is named is found`() throws {
        #expect(try Self.names(in: "if kind == \"biomass_boiler\" {}", isSwift: false) == ["biomass_boiler"])
        #expect(try Self.names(in: "asset.kind as? Electrolyser // HeatPump", isSwift: true) == ["Electrolyser"])
        #expect(try Self.names(in: "where path.area == .chp", isSwift: true) == ["chp"])
    }
}
