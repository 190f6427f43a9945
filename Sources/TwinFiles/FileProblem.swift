/// Why a file could not be read or written, with the exit code of the command line.
public enum FileProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Exit 66: no such input.
    case notFound(path: String, sentence: String)
    /// Exit 77: it may not be read or written.
    case permission(path: String, sentence: String)
    /// Exit 73: the output cannot be created.
    case cannotCreate(path: String, sentence: String)
    /// Exit 74: reading or writing failed.
    case io(path: String, sentence: String)
    /// Exit 65: it is there, but it is not what is asked for.
    case badData(path: String, sentence: String)

    public var exitCode: Int32 {
        switch self {
        case .notFound: 66
        case .permission: 77
        case .cannotCreate: 73
        case .io: 74
        case .badData: 65
        }
    }

    public var path: String {
        switch self {
        case .notFound(let path, _), .permission(let path, _), .cannotCreate(let path, _), .io(let path, _),
            .badData(let path, _):
            path
        }
    }

    /// What was wrong and what to do, without the path.
    public var sentence: String {
        switch self {
        case .notFound(_, let sentence), .permission(_, let sentence), .cannotCreate(_, let sentence),
            .io(_, let sentence), .badData(_, let sentence):
            sentence
        }
    }

    public var description: String { "\(path): \(sentence)" }
}
