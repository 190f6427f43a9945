import Foundation
public import TwinConfiguration
import TwinCore
public import TwinFiles

/// Imports files from disk: the edge of `Importer`.
public struct ImportFiles {
    /// Folders that are searched below a named one.
    static let depthMax = 4

    public let mapping: ImportMapping
    /// Paths by source, sorted by file name.
    public let paths: [[String]]

    /// Finds each source's files among `inputs`.
    /// - Parameter inputs: files, or folders to search. A named file must belong to a source; what else lies in a
    ///   folder is left alone.
    public init(mapping: ImportMapping, inputs: [String]) throws(FileProblem) {
        self.mapping = mapping
        var found = mapping.sources.map { _ in [String]() }
        for input in inputs {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) else {
                throw .notFound(path: input, sentence: "no such file")
            }
            let candidates = isFolder.boolValue ? ImportFiles.files(in: input, depth: 1) : [input]
            for path in candidates {
                let matching = mapping.sources.indices.filter { index in
                    fnmatch(mapping.sources[index].file, ImportFiles.name(of: path), 0) == 0
                }
                for index in matching where !found[index].contains(path) { found[index].append(path) }
                if matching.isEmpty, !isFolder.boolValue {
                    let patterns = mapping.sources.map(\.file).joined(separator: ", ")
                    throw .badData(path: path, sentence: "matches no source of the mapping; they read \(patterns)")
                }
            }
        }
        for (source, paths) in zip(mapping.sources, found) where paths.isEmpty && !source.isOptional {
            throw .notFound(
                path: source.file, sentence: "no input matches the file of source \(source.name); name it or its folder"
            )
        }
        paths = found.map { $0.sorted { (ImportFiles.name(of: $0), $0) < (ImportFiles.name(of: $1), $1) } }
    }

    /// Reads the files.
    /// - Throws: `FileProblem`, or `ConfigProblems` at the mapping's columns that a file does not have and at sources of
    ///   which nothing was read.
    public func result(config: String, build: String) throws -> ImportResult {
        var importer = Importer(mapping)
        let log = ProblemLog()
        for (source, paths) in paths.enumerated() {
            for path in paths {
                let reader = try LineReader(path: path)
                let name = ImportFiles.name(of: path)
                importer.take(source: source, file: name, log: log) { reader.next() }
                if let truncation = reader.truncation { importer.note(source: source, "\(name): \(truncation)") }
            }
        }
        try log.check()
        let result = importer.result(config: config, build: build)
        guard result.refusals.isEmpty else { throw ConfigProblems(list: result.refusals) }
        return result
    }

    private static func files(in folder: String, depth: Int) -> [String] {
        // A folder that cannot be listed has no files for us; a source without files is reported.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var files: [String] = []
        for name in names.sorted() where !name.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
            if !isFolder.boolValue {
                files.append(path)
            } else if depth < depthMax {
                files += ImportFiles.files(in: path, depth: depth + 1)
            }
        }
        return files
    }

    private static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}

extension ImportMapping {
    /// Reads a mapping file from disk.
    /// - Throws: `FileProblem` or `ConfigProblems`.
    public static func load(path: String) throws -> ImportMapping {
        try ImportMapping.read(file: path, bytes: try WholeFile.start(of: path, bytesMax: YAMLNode.bytesMax))
    }
}
