import Foundation
import HTTPTypes
import Hummingbird

/// Whether a request comes from a page of this server, as far as a browser says so.
enum SameSite {
    /// A program says nothing of it; a browser cannot leave it out.
    static func check(_ request: Request) throws {
        let refusal = WebError(
            status: 403, code: "other_site", text: "this was asked for by a page of another site; open the page itself")
        if let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }),
            site != "same-origin", site != "none"
        {
            throw refusal
        }
        guard let origin = request.headers[.origin] else { return }
        guard let start = origin.range(of: "://")?.upperBound, let host = request.head.authority,
            plain(origin[start...]) == plain(host[...])
        else { throw refusal }
    }

    /// Without the port that the scheme has anyway: a proxy may leave it out.
    private static func plain(_ authority: Substring) -> String {
        let text = authority.lowercased()
        for port in [":443", ":80"] where text.hasSuffix(port) { return String(text.dropLast(port.count)) }
        return text
    }

    /// A path of this server to come back to; the first page where it is none.
    static func safePath(_ path: String) -> String {
        let isPlain =
            path.utf8.count <= 256 && path.hasPrefix("/") && !path.hasPrefix("//")
            && path.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x2D...0x39).contains($0) || $0 == 0x5F
            }
        return isPlain ? path : "/"
    }

    /// The same with what is asked of it, such as a period, as a part of another address.
    static func wayBack(_ path: String, query: String?) -> String {
        let safe = safePath(path)
        guard safe == path, let query, (1...256).contains(query.utf8.count),
            query.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return safe }
        guard let part = "?\(query)".addingPercentEncoding(withAllowedCharacters: .alphanumerics) else { return safe }
        return safe + part
    }
}

/// Answers under its own names alone: a page elsewhere whose name was pointed at this machine learns nothing.
struct HostCheck: RouterMiddleware {
    private let names: Set<String>

    /// - Parameter more: names or addresses, with or without a port.
    init(_ more: [String]) {
        names = Set((["localhost", "127.0.0.1", "[::1]"] + more).map(HostCheck.name))
    }

    /// Without its port. Another port of the same name is another server of the same machine: a tunnel, a proxy.
    static func name(_ authority: String) -> String {
        let text = authority.lowercased()
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") { return String(text[...end]) }
        if text.filter({ $0 == ":" }).count > 1 { return "[\(text)]" }
        return text.firstIndex(of: ":").map { String(text[..<$0]) } ?? text
    }

    func answers(_ authority: String?) -> Bool { authority.map { names.contains(HostCheck.name($0)) } ?? false }

    @concurrent func handle(
        _ request: Request, context: PageContext, next: @concurrent (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        // The first one stands in the head itself. Which of two a proxy went by, nobody knows (RFC 9112, 3.2).
        guard HTTPField.Name("Host").flatMap({ request.headers[$0] }) == nil else {
            throw WebError(status: 400, code: "bad_request", text: "a request names one Host, this one more")
        }
        guard answers(request.head.authority) else {
            throw WebError(
                status: 421, code: "host",
                text: "this server does not answer under that name; start it with --host NAME")
        }
        return try await next(request, context)
    }
}
