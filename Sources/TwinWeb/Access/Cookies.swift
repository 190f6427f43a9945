import HTTPTypes
import Hummingbird

/// The two cookies of the pages. Both are secrets of 32 bytes; anything else that comes under their names is not there.
struct Cookies: Sendable, Hashable {
    static let sessionName = "twin_session"
    /// Of a browser that is not logged in: what binds its token.
    static let visitName = "twin_visit"

    var session: String?
    var visit: String?

    init(_ headers: HTTPFields) {
        for header in headers[values: .cookie] {
            for pair in header.utf8.prefix(8192).split(separator: 0x3B) {
                let text = Substring(pair).drop { $0 == " " }
                guard let equals = text.firstIndex(of: "=") else { continue }
                let (name, value) = (text[..<equals], text[text.index(after: equals)...])
                guard RandomToken.isToken(value) else { continue }
                if name == Cookies.sessionName { session = session ?? String(value) }
                if name == Cookies.visitName { visit = visit ?? String(value) }
            }
        }
    }

    /// - Parameter value: nil takes it away.
    static func field(_ name: String, _ value: String?, isSecure: Bool) -> String {
        "\(name)=\(value ?? ""); Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
            + (value == nil ? "; Max-Age=0" : "")
    }
}
