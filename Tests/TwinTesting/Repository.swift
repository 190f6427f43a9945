package import Foundation
package import TwinConfiguration
import TwinFiles

/// What the repository ships, found from this file.
package enum Repository {
    /// The folder that holds `Package.swift`.
    package static let root: URL = {
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            if FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) { return folder }
        }
        return URL(fileURLWithPath: "/")
    }()

    package static func path(_ name: String) -> String { root.appending(path: name).path }

    package static let day = path("replay/sunderland-day.jsonl.gz")
    package static let winterDay = path("replay/sunderland-winter-day.jsonl.gz")
    package static let shutdownDay = path("replay/sunderland-shutdown-day.jsonl.gz")
    package static let scenarios = path("replay/scenarios")
    package static let configuration = path("twin-config/sunderland")
    /// The contract's schema; it lies beside the repository, where it lies at all.
    package static let schema = beside("contract/summary.schema.json").path
    /// The measured data sets that lie beside the repository; nil where there are none.
    package static let data: String? = {
        let path = beside("data").path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    /// A case that lies beside the repository; nil where it does not.
    package static func sharedCase(_ name: String) -> String? {
        let path = beside("cases/\(name)").path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    private static func beside(_ name: String) -> URL {
        root.appending(path: "../shared/\(name)").standardizedFileURL
    }

    /// The lines of a recording as text, its header first.
    package static func lines(of path: String) throws -> [String] {
        let reader = try LineReader(path: path)
        var lines: [String] = []
        while case .line(let bytes)? = reader.next() { lines.append(String(decoding: bytes, as: UTF8.self)) }
        return lines
    }

    // MARK: - Configuration

    private static let shipped = Result { try SiteConfig.load(folder: configuration) }
    private static let shippedFiles = Result {
        try FileManager.default.contentsOfDirectory(atPath: configuration)
            .filter { $0.hasSuffix(".yaml") }
            .sorted()
            .map {
                ConfigText(name: $0, text: try String(contentsOfFile: "\(configuration)/\($0)", encoding: .utf8))
            }
    }

    /// The shipped configuration, read once.
    package static func config() throws -> SiteConfig { try shipped.get() }

    /// The shipped configuration with one text of one file replaced.
    package static func config(_ file: String, _ old: String, _ new: String) throws -> SiteConfig {
        try SiteConfig(try configFiles([Edit(file, old, new)]))
    }

    /// The texts of the shipped configuration after `edits`.
    package static func configFiles(_ edits: [Edit] = []) throws -> [ConfigText] {
        var files = try shippedFiles.get()
        for edit in edits {
            guard let index = files.firstIndex(where: { $0.name == edit.file }),
                files[index].text.components(separatedBy: edit.old).count == 2
            else { throw Missing(text: "\(edit.file) does not hold once: \(edit.old)") }
            files[index].text = files[index].text.replacingOccurrences(of: edit.old, with: edit.new)
        }
        return files
    }

    /// The shipped history of the plant, as one of its stages.
    package static func historyFiles() throws -> [ConfigText] {
        let text = try String(contentsOfFile: path("twin-config/sunderland-history/history.yaml"), encoding: .utf8)
        return [
            ConfigText(name: "history.yaml", text: text), ConfigText(name: "stage.yaml", text: "from: 2022-08-01\n"),
        ]
    }
}

/// A file of a configuration as text.
package struct ConfigText: Sendable {
    package var name: String
    package var text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// One replacement in a shipped file.
package struct Edit: Sendable {
    package var file: String
    package var old: String
    package var new: String

    package init(_ file: String, _ old: String, _ new: String) {
        self.file = file
        self.old = old
        self.new = new
    }
}

extension SiteConfig {
    /// A configuration of texts.
    package init(_ files: [ConfigText]) throws(ConfigProblems) {
        self = try SiteConfig.read(files: files.map { ($0.name, Array($0.text.utf8)) })
    }
}

/// A test that looks for something the repository no longer holds.
package struct Missing: Error, CustomStringConvertible {
    package var text: String
    package var description: String { text }

    package init(text: String) { self.text = text }
}
