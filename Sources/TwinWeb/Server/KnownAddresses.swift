import Hummingbird

/// Which methods each address takes, so that another one is told from an address that is not there.
struct KnownAddresses: Sendable {
    /// By the parts of a route's path.
    private let routes: [(parts: [Substring], method: HTTPRequest.Method)]

    init(_ router: Router<PageContext>) {
        routes = router.routes.map { ($0.path.description.split(separator: "/"), $0.method) }
    }

    /// As `Allow` has them; none for an address that is not there.
    func methods(of path: String) -> [HTTPRequest.Method] {
        let parts = path.split(separator: "/")
        var methods = Set(routes.lazy.filter { KnownAddresses.matches(parts, $0.parts) }.map(\.method))
        // The router makes one for each.
        if methods.contains(.get) { methods.insert(.head) }
        return methods.sorted { $0.rawValue < $1.rawValue }
    }

    /// The forms that our routes have: words, one `{name}`, and `**` for all that follows, at least one part.
    private static func matches(_ parts: [Substring], _ route: [Substring]) -> Bool {
        if route.last == "**" {
            return parts.count >= route.count && matches(Array(parts.prefix(route.count - 1)), Array(route.dropLast()))
        }
        return parts.count == route.count && zip(parts, route).allSatisfy { $1.hasPrefix("{") || $0 == $1 }
    }

    /// - Throws: 404 for a change of what is not there, 405 for a method that is not taken there.
    func check(_ request: Request) throws {
        let methods = methods(of: request.uri.path)
        guard !methods.isEmpty else {
            // Who only looks is told further in, by a page where he looks for one.
            if request.method == .get || request.method == .head { return }
            throw WebError.notFound("there is no such page")
        }
        guard !methods.contains(request.method) else { return }
        let allowed = methods.map(\.rawValue).joined(separator: ", ")
        var error = WebError(
            status: 405, code: "method", text: "\(request.method.rawValue) is not taken here, only \(allowed)")
        error.allow = allowed
        throw error
    }
}
