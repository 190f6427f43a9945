import HTTPTypes
import Hummingbird

/// Says who asks, sends away who must log in first, and lets nothing be changed but by our own pages.
struct VisitorCheck: RouterMiddleware {
    let access: Access
    let addresses: KnownAddresses

    /// For everybody: what a browser needs to log in, and what watches the process.
    private static let open = ["/login", "/login.json", "/healthz", "/readyz", "/metrics", "/version"]

    private static let files = Set(Download.all.map { "/\($0.path)" })

    @concurrent func handle(
        _ request: Request, context: PageContext, next: @concurrent (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let path = request.uri.path
        let isRead = request.method == .get || request.method == .head
        var cookies = Cookies(request.headers)
        if !isRead || path == "/live" { try SameSite.check(request) }
        let visitor = access.visitor(cookies)
        let hadSession = cookies.session != nil
        // Binds the token: the session, or a cookie that a browser gets with its first page.
        if visitor?.name == nil { cookies.session = nil }
        let isNew = cookies.session == nil && cookies.visit == nil
        let bond = cookies.session ?? cookies.visit ?? RandomToken.make()
        context.cookies = cookies
        context.visitor = visitor ?? .anybody
        context.isGuarded = access.isGuarded
        context.csrf = access.token(boundTo: bond)
        if visitor == nil, !Self.open.contains(path), !path.hasPrefix("/files/") {
            // A page leads to the login; data and files would become what stands there.
            let isPage = !path.hasSuffix(".json") && path != "/live" && !Self.files.contains(path)
            guard isRead, isPage else {
                throw WebError(status: 401, code: "login", text: "log in first, at /login")
            }
            // Who was logged in is told why he is asked again.
            let why = hadSession ? "&ended=1" : ""
            let back = SameSite.wayBack(path, query: request.uri.query)
            return Response(status: .seeOther, headers: [.location: "/login?to=\(back)\(why)"])
        }
        // Before the token: a method that no page uses is refused as such, and nothing is done either way.
        try addresses.check(request)
        if !isRead {
            let token = HTTPField.Name("X-CSRF-Token").flatMap { request.headers[$0] } ?? ""
            guard !isNew, access.isToken(token, boundTo: bond) else {
                throw WebError(
                    status: 403, code: "csrf", text: "this did not come from a page that is open; load the page anew")
            }
            guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
                throw WebError(status: 415, code: "not_json", text: "send JSON, with content-type application/json")
            }
        }
        var response = try await next(request, context)
        if isNew, response.headers[.contentType]?.hasPrefix("text/html") == true {
            response.headers.append(
                HTTPField(
                    name: .setCookie,
                    value: Cookies.field(Cookies.visitName, bond, isSecure: access.rules.isBehindTLS)))
        }
        return response
    }
}
