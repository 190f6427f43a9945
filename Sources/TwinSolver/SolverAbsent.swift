/// The solver's libraries are not on this machine, or are not the ones that are known.
public struct SolverAbsent: Error, Sendable, Hashable, CustomStringConvertible {
    /// The Debian package that holds them.
    public static let package = "coinor-libcbc3"

    /// File of the library.
    public let library: String
    /// What was looked for and not found there; nil when the library itself could not be opened.
    public let symbol: String?
    /// What the system says.
    public let detail: String

    /// The sentence for people.
    public var description: String {
        let found = symbol.map { "the library \(library) has no \($0)" } ?? "the library \(library) cannot be opened"
        return "no solver: \(found) (\(detail)); install the Debian package: apt-get install \(Self.package)"
    }
}
