import Foundation
import TwinScenario

/// The configuration that the repository ships, and edits of it.
enum Shipped {
    /// `twin-config/sunderland`, found from this file.
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "twin-config/sunderland").path

    static func files() throws -> [(name: String, text: String)] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".yaml") }
            .sorted()
            .map { ($0, try String(contentsOf: URL(filePath: "\(folder)/\($0)"), encoding: .utf8)) }
    }

    static func read(_ files: [(name: String, text: String)]) throws(ConfigProblems) -> SiteConfig {
        try SiteConfig.read(files: files.map { ($0.name, Array($0.text.utf8)) })
    }
}

/// One replacement in a shipped file. Each `▸` in the new text marks a place where a problem is expected.
struct Edit {
    var file: String
    var old: String
    var new: String

    init(_ file: String, _ old: String, _ new: String) {
        self.file = file
        self.old = old
        self.new = new
    }
}

struct EditFailure: Error { var text: String }

/// The shipped files after `edits`, and the marked places as `file:line:col` in order of file and line.
func edited(_ edits: [Edit]) throws -> (files: [(name: String, text: String)], places: [String]) {
    var files = try Shipped.files()
    for edit in edits {
        guard let index = files.firstIndex(where: { $0.name == edit.file }),
            files[index].text.components(separatedBy: edit.old).count == 2
        else { throw EditFailure(text: "\(edit.file) does not hold once: \(edit.old)") }
        files[index].text = files[index].text.replacingOccurrences(of: edit.old, with: edit.new)
    }
    var places: [String] = []
    for index in files.indices {
        for (line, text) in files[index].text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var column = 1
            for letter in text.unicodeScalars {
                if letter == "▸" { places.append("\(files[index].name):\(line + 1):\(column)") } else { column += 1 }
            }
        }
        files[index].text = files[index].text.replacingOccurrences(of: "▸", with: "")
    }
    return (files, places)
}

/// All problems of a reading as lines of text; empty when there is none.
func problems(_ files: [(name: String, text: String)]) -> [String] {
    do {
        _ = try Shipped.read(files)
        return []
    } catch {
        return error.list.map(\.description)
    }
}
