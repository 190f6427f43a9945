import Foundation
import TwinCore
import TwinScenario

/// What the repository ships, found from this file.
enum Repository {
    /// The folder that holds `Package.swift`.
    static let root: URL = {
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            if FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) { return folder }
        }
        return URL(fileURLWithPath: "/")
    }()

    static let day = root.appending(path: "replay/sunderland-day.jsonl.gz").path
    static let scenarios = root.appending(path: "replay/scenarios").path
    static let configuration = root.appending(path: "twin-config/sunderland").path
    /// The contract's schema; it lies beside the repository, where it lies at all.
    static let schema = root.appending(path: "../shared/contract/summary.schema.json").standardizedFileURL.path

    static func config() throws -> SiteConfig { try SiteConfig.load(folder: configuration) }

    /// The shipped configuration with one text of one file replaced.
    static func config(_ file: String, _ old: String, _ new: String) throws -> SiteConfig {
        var files = try config().files
        guard let index = files.firstIndex(where: { $0.name == file }) else { throw Missing(text: file) }
        let text = String(decoding: files[index].bytes, as: UTF8.self)
        guard text.components(separatedBy: old).count == 2 else { throw Missing(text: "\(file): \(old)") }
        files[index].bytes = Array(text.replacingOccurrences(of: old, with: new).utf8)
        return try SiteConfig.read(files: files)
    }

    /// The lines of a recording as text, its header first.
    static func lines(of path: String) throws -> [String] {
        let reader = try LineReader(path: path)
        var lines: [String] = []
        while case .line(let bytes)? = reader.next() { lines.append(String(decoding: bytes, as: UTF8.self)) }
        return lines
    }
}

/// A test that looks for something the repository no longer holds.
struct Missing: Error { var text: String }
