/// Where the pages are served: `127.0.0.1:8080`, `[::1]:8080`, `0.0.0.0:8080`, `twin.plant.example:8080`.
public struct ListenAddress: Sendable, Hashable {
    public var host: String
    /// 0 takes a free one.
    public var port: Int

    /// - Returns: nil for what is no host with a port.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let isName = host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:".contains($0)) }
        guard !host.isEmpty, host.utf8.count <= 253, isName else { return nil }
        (self.host, self.port) = (host, port)
    }

    /// Whether nobody on another machine can reach it.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// As a browser takes it.
    public func url(port: Int) -> String {
        "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/"
    }
}
