import Hummingbird
import NIOCore

/// What is known of a request.
struct PageContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who asks; by default somebody who may look and no more.
    var visitor = Visitor.anybody
    /// Where from; empty where nobody knows.
    var address: String
    /// When its connection is closed.
    let closed: EventLoopFuture<Void>
    /// Those that bind the token.
    var cookies: Cookies?
    /// What a change must bring along.
    var csrf = ""
    /// Whether somebody must log in.
    var isGuarded = false

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        closed = source.channel.closeFuture
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }

    /// Larger bodies are refused.
    var maxUploadSize: Int { 1 << 20 }

    /// - Throws: 403 for a role that may not.
    func demand(_ role: Role) throws {
        if let why = visitor.lacks(role) { throw WebError(status: 403, code: "role", text: why) }
    }
}
