import Foundation
import TwinCore
import TwinScenario

/// A journal that cannot be used, with what to do about it.
public struct JournalProblem: Error, Sendable, CustomStringConvertible {
    public var description: String
    /// sysexits(3): 65 bad data, 73 cannot create, 74 I/O, 77 permission.
    public var exitCode: Int32

    public init(_ description: String, exitCode: Int32) {
        self.description = description
        self.exitCode = exitCode
    }
}

/// The folder of one run: segments `<run>-000001.jsonl` and the configurations it was made with.
public struct JournalFolder: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    public static func segmentName(run: String, number: Int) -> String {
        let digits = String(number)
        return "\(run)-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).jsonl"
    }

    /// Segment file names in order, plain or gzip; empty when there is no journal yet.
    public func segments() throws(JournalProblem) -> [String] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { !$0.hasPrefix(".") && ($0.hasSuffix(".jsonl") || $0.hasSuffix(".jsonl.gz")) }.sorted()
        } catch {
            throw JournalProblem("\(path): cannot be read (\(error.localizedDescription))", exitCode: 77)
        }
    }

    public func file(_ segment: String) -> String { path + "/" + segment }

    /// Keeps a configuration beside the journal, so that a replay needs nothing else.
    public func keep(_ files: [(name: String, bytes: [UInt8])], hash: String) throws(JournalProblem) {
        let folder = configFolder(hash)
        if FileManager.default.fileExists(atPath: folder) { return }
        do {
            // Under its name it is whole: a crash leaves only the draft, which the next start replaces.
            let draft = folder + ".new"
            if FileManager.default.fileExists(atPath: draft) { try FileManager.default.removeItem(atPath: draft) }
            try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: true)
            for file in files { try Data(file.bytes).write(to: URL(fileURLWithPath: draft + "/" + file.name)) }
            try FileManager.default.moveItem(atPath: draft, toPath: folder)
        } catch {
            throw JournalProblem(
                "\(folder): cannot keep the configuration (\(error.localizedDescription))", exitCode: 73)
        }
    }

    public func configFolder(_ hash: String) -> String {
        path + "/.config/" + hash.replacing("sha256:", with: "")
    }
}
