import TwinCore

/// In and out.
struct LoginPage: Page {
    let name = "login"
    let title = "Log in"
    var isListed: Bool { false }

    func json(_ ask: PageAsk) throws -> JSON {
        .fields([
            "schema": .string("login/1"), "must": .bool(ask.isGuarded),
            "name": ask.visitor.name.map { .string($0) } ?? .null,
            "role": ask.visitor.name == nil && ask.isGuarded ? .null : .string(ask.visitor.role.rawValue),
        ])
    }
}
