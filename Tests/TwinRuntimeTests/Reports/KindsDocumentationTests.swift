import Foundation
import Testing
import TwinCore
import TwinDispatch
import TwinPlant
import TwinTesting

/// What people read of the kinds is made from the kinds. `TWIN_WRITE_DOCS=1` writes it anew.
@Suite("The documentation of the kinds")
struct KindsDocumentationTests {
    private static let isWriting = ProcessInfo.processInfo.environment["TWIN_WRITE_DOCS"] != nil

    /// With all that an asset of the kind may have.
    private static func blank<K: AssetKind>(_ kind: K.Type) -> any AssetKind {
        K.parts.reduce(into: K()) { $0[keyPath: $1.isThere] = true }
    }

    private static func row(_ kind: any AssetKind.Type) -> String {
        let asset = blank(kind)
        let areas = kind.areas.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        let word = kind.word.map { ", `kind: \($0)`" } ?? ""
        let keys = asset.signals.filter { $0.form != .derived }.map { "`\($0.key)`" }.joined(separator: ", ")
        let action = asset.control.map { "`\($0.action.rawValue)`" } ?? ""
        return "| \(areas)\(word) | \(kind.sentence) | \(keys) | \(action) |"
    }

    private static var table: String {
        (["| area | kind | keys | obeys |", "|---|---|---|---|"] + Kinds.all.map { row($0) }).joined(separator: "\n")
    }

    private static func parameters<K: AssetKind>(_ kind: K.Type) -> [String] {
        let rows = K.parameters.map { row in
            let key = row.part.map { "\($0).\(row.key)" } ?? row.key
            return "| `\(key)` | \(row.unit) | \(row.rangeText) | \(row.sentence) |"
        }
        let name = "### \(K.areas.map(\.rawValue).joined(separator: ", "))\(K.word.map { ": \($0)" } ?? "")"
        let head = ["| key | unit | range | what |", "|---|---|---|---|"]
        let age =
            "| `max_age_s` | s | \(K.maxAgeRange.lowerBound) to \(K.maxAgeRange.upperBound) | how long a value holds |"
        return [name, "", "\(K.sentence.prefix(1).uppercased())\(K.sentence.dropFirst()).", ""] + head + rows + [
            age, "",
        ]
    }

    private static func text() -> String {
        let head = [
            "# Kinds of assets", "", "Every parameter that `assets.yaml` may say of an asset.", "", "## Overview", "",
            "Each quantity is `{value: …, source: \"…\"}`.", "",
        ]
        return (head + Kinds.all.flatMap { parameters($0) }).joined(separator: "\n")
    }

    /// The text between two marks of a file replaced.
    private static func replacing(_ file: String, with table: String) throws -> (was: String, now: String) {
        let was = try String(contentsOfFile: Repository.path(file), encoding: .utf8)
        let first = try #require(was.range(of: "<!-- kinds -->\n"))
        let last = try #require(was.range(of: "<!-- end of kinds -->"))
        return (was, was.replacingCharacters(in: first.upperBound..<last.lowerBound, with: table + "\n"))
    }

    @Test("the README's table has every kind with its keys and its action")
    func readme() throws {
        let (was, now) = try Self.replacing("README.md", with: Self.table)
        if Self.isWriting { try now.write(toFile: Repository.path("README.md"), atomically: true, encoding: .utf8) }
        #expect(Self.isWriting || was == now, "run it with TWIN_WRITE_DOCS=1")
    }

    @Test("the reference has every parameter of every kind")
    func reference() throws {
        let path = Repository.path("Sources/TwinPlant/Documentation.docc/Kinds.md")
        if Self.isWriting { try Self.text().write(toFile: path, atomically: true, encoding: .utf8) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.text(), "run it with TWIN_WRITE_DOCS=1")
    }

    @Test("README and documentation name only rooms and files that are there")
    func rooms() throws {
        let files = ["README.md", "Sources/TwinRuntime/Documentation.docc/TwinRuntime.md"]
        for file in files {
            let text = try String(contentsOfFile: Repository.path(file), encoding: .utf8)
            for match in text.matches(of: #/`((?:Sources|Tests|twin-config|replay)/[A-Za-z0-9_\/.+-]*)`/#) {
                let path = String(match.1)
                #expect(FileManager.default.fileExists(atPath: Repository.path(path)), "\(file) names \(path)")
            }
        }
    }
}
