import TwinCore

/// A place in a file; lines and columns count from 1, columns in Unicode scalars.
public struct FilePlace: Sendable, Hashable, Comparable {
    /// Name as the reader was given it, for example `assets.yaml`.
    public var file: String
    public var line: Int
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    public static func < (a: FilePlace, b: FilePlace) -> Bool {
        (a.file, a.line, a.column) < (b.file, b.line, b.column)
    }
}

/// One thing that is wrong in a file, as one line of text:
/// `assets.yaml:42:15: error: storage.ess-1.soc_reserve: 120 is not in 0...1 (fraction of capacity); write 0.2 for 20 %`.
public struct ConfigProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var column: Int
    /// Keys from the file's root, joined by dots; empty for what concerns the file as a whole.
    public var path: String
    /// What is wrong, why, and how to put it right; no line break.
    public var text: String

    public init(file: String, line: Int, column: Int, path: String, text: String) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.text = text
    }

    public var description: String {
        "\(file):\(line):\(column): error: \(path.isEmpty ? "" : "\(path): ")\(text)"
    }
}

/// Everything that is wrong in a set of files, in order of file and line; never empty when thrown.
public struct ConfigProblems: Error, Sendable, Hashable, CustomStringConvertible {
    public var list: [ConfigProblem]
    /// So many more were found and not kept.
    public var more: Int

    public init(list: [ConfigProblem], more: Int = 0) {
        self.list = list
        self.more = more
    }

    public var count: Int { list.count + more }

    /// One problem a line; a last line says how many more there are.
    public var lines: [String] { list.map(\.description) + (more > 0 ? ["… and \(more) more problems"] : []) }

    public var description: String { lines.joined(separator: "\n") }

    /// The same, where some of the files stand in another folder.
    func placed(_ names: Set<String>, in folder: String) -> ConfigProblems {
        var placed = self
        for index in list.indices where names.contains(list[index].file) {
            placed.list[index].file = "\(folder)/\(list[index].file)"
        }
        return placed
    }
}

/// The configuration folder, or a file that it must hold, does not exist or cannot be read.
public struct ConfigNotFound: Error, Sendable, Hashable, CustomStringConvertible {
    public var path: String

    public init(path: String) { self.path = path }

    public var description: String { "\(path): no such configuration; name its folder with --config DIR" }
}

/// Collects the problems of one reading. All nodes of a reading share one log, so that none of them stops the rest.
public final class ProblemLog {
    /// A broken file may have as many problems as letters; nobody reads more than these.
    public static let limit = 100

    private var seen: Set<ConfigProblem> = []
    private var list: [ConfigProblem] = []
    private var more = 0

    /// Dated values are read as they hold on this day; before the first date of a file by default.
    let date: CivilDate?
    /// The dates from which values of the files change.
    private(set) var dates: Set<CivilDate> = []

    public init() { date = nil }

    init(date: CivilDate) { self.date = date }

    func note(_ date: CivilDate) { dates.insert(date) }

    public var isEmpty: Bool { list.isEmpty }

    public func add(_ place: FilePlace, path: String = "", _ text: @autoclosure () -> String) {
        // Counted only: a sentence that nobody reads is not worth its time.
        guard list.count < ProblemLog.limit else { return more += 1 }
        let problem = ConfigProblem(
            file: place.file, line: place.line, column: place.column, path: path, text: text())
        if seen.insert(problem).inserted { list.append(problem) }
    }

    /// All problems so far, by file, line and column; those of one place in the order they were found.
    public var problems: ConfigProblems {
        let sorted = list.enumerated().sorted { a, b in
            (a.element.file, a.element.line, a.element.column, a.offset)
                < (b.element.file, b.element.line, b.element.column, b.offset)
        }
        return ConfigProblems(list: sorted.map(\.element), more: more)
    }

    /// Throws all problems if there is one.
    public func check() throws(ConfigProblems) {
        if !isEmpty { throw problems }
    }
}
