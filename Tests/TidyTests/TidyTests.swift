import Foundation
import Testing

/// The house rules that a reader would otherwise have to check by eye.
@Suite("Tidy sources")
struct TidyTests {
    /// A Swift file of a target that the package builds.
    struct Source {
        var target: String
        /// Relative to the repository.
        var path: String
        var lines: [String]
    }

    /// What each target may import of ours, of C and of other packages; arrows only point down.
    static let allowed: [String: Set<String>] = [
        "TwinUnits": [],
        "TwinCore": ["TwinUnits", "Crypto"],
        "TwinPlant": ["TwinCore", "TwinUnits", "TwinDispatch", "RealModule"],
        "TwinBooks": ["TwinCore", "TwinUnits"],
        "TwinProgram": [],
        "TwinDispatch": ["TwinCore", "TwinUnits", "TwinProgram"],
        "TwinStudies": ["TwinCore", "TwinUnits", "TwinBooks"],
        "TwinFiles": ["CZlib"],
        "TwinConfiguration": [
            "TwinFiles", "TwinCore", "TwinUnits", "TwinPlant", "TwinBooks", "TwinDispatch", "CYaml",
        ],
        "TwinImport": ["TwinConfiguration", "TwinFiles", "TwinCore"],
        "TwinRuntime": [
            "TwinImport", "TwinConfiguration", "TwinFiles", "TwinCore", "TwinUnits", "TwinPlant", "TwinBooks",
            "TwinDispatch", "TwinStudies", "TwinReports",
        ],
        "TwinMQTT": ["TwinCore", "TwinUnits", "TwinRuntime", "CMosquitto", "CSocketBuffer"],
        "TwinStore": ["TwinCore", "TwinUnits", "TwinBooks", "TwinDispatch", "TwinRuntime", "GRDB", "GRDBSQLite"],
        "TwinSolver": ["TwinProgram", "CSignalGuard"],
        "TwinReports": ["TwinCore", "TwinUnits", "TwinBooks", "TwinDispatch", "TwinStudies"],
        "TwinWeb": [
            "TwinCore", "TwinUnits", "TwinPlant", "TwinBooks", "TwinDispatch", "TwinFiles", "TwinConfiguration",
            "TwinRuntime", "TwinReports", "TwinStudies", "Crypto", "CryptoExtras", "Hummingbird", "HummingbirdCore",
            "HTTPTypes", "Logging", "NIOCore", "NIOHTTP1", "NIOHTTPTypes",
        ],
        "twin": [
            "TwinCore", "TwinUnits", "TwinPlant", "TwinBooks", "TwinDispatch", "TwinFiles", "TwinConfiguration",
            "TwinImport", "TwinRuntime", "TwinMQTT", "TwinSolver", "TwinStore", "TwinReports", "TwinStudies",
            "TwinWeb", "ArgumentParser",
        ],
    ]
    static let core = ["TwinUnits", "TwinCore", "TwinPlant", "TwinBooks", "TwinProgram", "TwinDispatch", "TwinStudies"]
    static let system: Set<String> = [
        "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Synchronization",
    ]

    /// The folder of `Package.swift`. This target imports nothing of ours, so that it is built in a moment.
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func sources() throws -> [Source] { try read.get() }

    private static let read = Result { try readSources() }

    private static func readSources() throws -> [Source] {
        let manifest = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
        return try allowed.keys.sorted().flatMap { target in
            // A target may name its folder: name: "A", …, path: "Sources/B".
            let named = try Regex(
                "name: \"\(target)\"[^)]*?path: \"Sources/([A-Za-z]+)\"", as: (Substring, Substring).self)
            let folder = "Sources/" + (manifest.firstMatch(of: named).map { String($0.1) } ?? target)
            let path = root.appending(path: folder)
            let names = FileManager.default.enumerator(atPath: path.path)?.compactMap { $0 as? String } ?? []
            return try names.sorted().filter { $0.hasSuffix(".swift") }.map { name in
                let text = try String(contentsOf: path.appending(path: name), encoding: .utf8)
                return Source(target: target, path: "\(folder)/\(name)", lines: text.components(separatedBy: "\n"))
            }
        }
    }

    /// Lines without comments and without the insides of texts.
    static func code(_ line: String) -> String {
        let bare = line.replacing(#/"(\\.|[^"\\])*"/#, with: "\"\"")
        return String(bare.prefix(upTo: bare.range(of: "//")?.lowerBound ?? bare.endIndex))
    }

    /// Places where `word` stands in the code as a word of its own, if `isWrong` agrees.
    static func findings(_ word: String, isWrong: (Source, Int) -> Bool) throws -> [String] {
        try sources().flatMap { source in
            source.lines.indices.filter { index in
                guard source.lines[index].contains(word) else { return false }
                let code = code(source.lines[index])
                guard let place = code.range(of: word) else { return false }
                let isOwnWord = word.first == "." || !(code[..<place.lowerBound].last?.isLetter ?? false)
                return isOwnWord && isWrong(source, index)
            }.map { "\(source.path):\($0 + 1): \(source.lines[$0])" }
        }
    }

    @Test("every target has its files here")
    func complete() throws {
        let found = Set(try Self.sources().map(\.target))
        #expect(found == Set(Self.allowed.keys))
        #expect(try Self.sources().count > 80)
    }

    @Test("no file is longer than 500 lines")
    func fileLength() throws {
        #expect(try Self.sources().filter { $0.lines.count > 501 }.map { "\($0.path): \($0.lines.count)" } == [])
    }

    @Test("no function is longer than 80 lines")
    func functionLength() throws {
        #expect(try Self.sources().flatMap { Self.longFunctions($0, max: 80) } == [])
        // The check can fail: with a smaller limit there are some.
        #expect(try Self.sources().contains { !Self.longFunctions($0, max: 40).isEmpty })
    }

    /// A function ends at the first closing brace with its own indentation.
    static func longFunctions(_ source: Source, max: Int) -> [String] {
        var found: [String] = []
        for (index, line) in source.lines.enumerated() where line.contains("func ") || line.contains("init") {
            guard !line.hasSuffix("}"), line.contains(#/^ *[a-z@() ]*(func |init[?]?[(<])/#) else { continue }
            let indent = String(line.prefix { $0 == " " })
            guard
                let length = source.lines[index...].firstIndex(where: { $0.hasPrefix("\(indent)}") }).map({
                    $0 - index + 1
                })
            else { continue }
            if length > max { found.append("\(source.path):\(index + 1): \(length) lines") }
        }
        return found
    }

    @Test("core targets have no clock, no unseeded chance, no way to trap and no Foundation")
    func pureCore() throws {
        let words = ["import Foundation", "Date(", ".random(in:", "ContinuousClock", "fatalError", "try!", "as!"]
        let found = try words.flatMap { word in
            try Self.findings(word) { source, _ in Self.core.contains(source.target) }
        }
        #expect(found == [])
    }

    @Test("nothing anywhere is forced: no try!, no as!", arguments: ["try!", "as!"])
    func nothingForced(word: String) throws {
        #expect(try Self.findings(word) { _, _ in true } == [])
    }

    @Test("what the program says it was built with is what the package asks for and resolves")
    func builtWith() throws {
        let told = try String(contentsOf: Self.root.appending(path: "Sources/twin/BuiltWith.swift"), encoding: .utf8)
        let named = Dictionary(
            told.matches(of: #/\("([A-Za-z0-9.-]+)", "([0-9.]+)"\)/#).map { (String($0.1).lowercased(), String($0.2)) }
        ) { first, _ in first }
        let package = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        // Packages that the program is not made of are behind a condition at the end.
        let asked = package.components(separatedBy: "\nif Context").first ?? ""
        for found in asked.matches(of: #/url: "[^"]*\/([^"\/]+)", exact: "([^"]+)"/#) {
            #expect(named[String(found.1).lowercased()] == String(found.2))
        }
        // Who builds from a package that nobody resolved has nothing to compare.
        let lock = Self.root.appending(path: "Package.resolved")
        guard let resolved = try? String(contentsOf: lock, encoding: .utf8) else { return }  // see above
        let pins = resolved.matches(of: #/"identity" : "([^"]+)"[^}]*"version" : "([^"]+)"/#)
            .filter { $0.1 != "swift-docc-plugin" && $0.1 != "swift-docc-symbolkit" }
        #expect(!pins.isEmpty)
        for pin in pins { #expect(named[String(pin.1)] == String(pin.2), "\(pin.1)") }
        #expect(pins.count == named.count)
    }

    @Test("libmosquitto is imported in one file, zlib and SQLite in one target each")
    func librariesBehindWalls() throws {
        func importers(_ library: String) throws -> [Source] {
            try Self.sources().filter { $0.lines.contains { Self.imported($0) == library } }
        }
        #expect(try importers("CMosquitto").count == 1)
        #expect(try importers("CSocketBuffer").count == 1)
        #expect(try importers("CSignalGuard").count == 1)
        #expect(Set(try importers("CZlib").map(\.target)) == ["TwinFiles"])
        #expect(Set(try importers("GRDB").map(\.target)) == ["TwinStore"])
    }

    @Test("libraries are opened at run time by the solver alone")
    func opened() throws {
        #expect(
            Set(try Self.findings("dlopen(") { _, _ in true }.map { $0.prefix { $0 != ":" } })
                == ["Sources/TwinSolver/SharedLibrary.swift"])
    }

    @Test("commands print in one place, where a terminal obeys nothing of it")
    func onePrint() throws {
        let found = try Self.findings("print(") { source, _ in source.path != "Sources/twin/StandardOutput.swift" }
        #expect(found == [])
    }

    @Test("imports point down only, as the package has it")
    func arrows() throws {
        let found = try Self.findings("import ") { source, line in
            guard let name = Self.imported(source.lines[line]) else { return false }
            return !Self.system.contains(name) && !(Self.allowed[source.target] ?? []).contains(name)
        }
        #expect(found == [])
        let imports = try Self.sources().flatMap { $0.lines.compactMap(Self.imported) }
        #expect(imports.count > 100)
    }

    /// The module of an import line: the word after `import`, where only attributes and access words stand before it.
    static func imported(_ line: String) -> String? {
        guard line.contains("import ") else { return nil }
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
            words[..<place].allSatisfy({
                $0.hasPrefix("@") || ["public", "package", "internal", "private"].contains($0)
            })
        else { return nil }
        return String(words[place + 1])
    }

    @Test("no work is left as a note in the sources or the tests")
    func notes() throws {
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
        let tests = Self.root.appending(path: "Tests")
        let names = FileManager.default.enumerator(atPath: tests.path)?.compactMap { $0 as? String } ?? []
        let texts =
            try Self.sources().map { ($0.path, $0.lines.joined(separator: "\n")) }
            + names.filter { $0.hasSuffix(".swift") }.map {
                ($0, try String(contentsOf: tests.appending(path: $0), encoding: .utf8))
            }
        #expect(texts.filter { _, text in words.contains { text.contains($0) } }.map(\.0) == [])
        #expect(texts.count > 100)
    }

    @Test("an error that is passed over has its reason beside it")
    func silencedErrors() throws {
        let found = try Self.findings("try?") { source, line in
            // On the line itself, or on the one before or after it.
            let near = source.lines[max(0, line - 1)...min(line + 1, source.lines.count - 1)]
            return !near.contains { $0.contains("//") }
        }
        #expect(found == [])
    }
}
