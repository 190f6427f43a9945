import HTTPTypes
import Hummingbird
import TwinCore

/// In and out.
struct LoginRoutes: Sendable {
    let access: Access
    let audit: AuditLog

    func add(to router: Router<PageContext>) {
        router.post("login") { request, context in try await login(request, context) }
        router.post("logout") { request, context in try await logout(context) }
    }

    private func login(_ request: Request, _ context: PageContext) async throws -> Response {
        guard access.isGuarded else {
            throw WebError(
                status: 409, code: "no_users", text: "nobody need log in: there are no users; see twin user add --help")
        }
        let json = try await JSONBody.read(request, context, keys: ["name", "password"])
        guard let name = json["name"]?.text, let password = json["password"]?.text, name.utf8.count <= 256,
            password.utf8.count <= UserList.passwordBytes.upperBound
        else { throw WebError.bad("a login is {\"name\":\"…\",\"password\":\"…\"}") }
        switch try await access.login(name, password, from: context.address) {
        case .wait(let seconds):
            let whole = max(1, Int(exactly: seconds.rounded(.up)) ?? 60)
            var error = WebError(
                status: 429, code: "wait", text: "too many wrong logins; wait \(whole) s and try again")
            error.retryAfterS = whole
            throw error
        case .wrong(let isKnown):
            // What is no name may be a password in the wrong field.
            await audit.tell(entry(isKnown ? name : nil, context, "login_failed", "name or password is wrong"))
            throw WebError(status: 403, code: "wrong_login", text: "the name or the password is wrong")
        case .welcome(let user, let token):
            if let old = context.cookies?.session { access.logout(old) }
            await audit.tell(entry(user.name, context, "login", "welcome", role: user.role))
            var response = Response.json(.fields(["name": .string(user.name), "role": .string(user.role.rawValue)]))
            set(token, in: &response)
            return response
        }
    }

    private func logout(_ context: PageContext) async throws -> Response {
        if let token = context.cookies?.session { access.logout(token) }
        await audit.tell(entry(context.visitor.name, context, "logout", "done", role: context.visitor.role))
        var response = Response.json(.fields(["answer": .string("done")]))
        set(nil, in: &response)
        return response
    }

    private func set(_ token: String?, in response: inout Response) {
        response.headers.append(
            HTTPField(
                name: .setCookie, value: Cookies.field(Cookies.sessionName, token, isSecure: access.rules.isBehindTLS)))
    }

    private func entry(
        _ name: String?, _ context: PageContext, _ what: String, _ answer: String, role: Role? = nil
    ) -> AuditEntry {
        AuditEntry(
            t: access.rules.wallNow(), user: name, role: role, address: context.address, what: what, about: .null,
            answer: answer)
    }
}
