import Hummingbird
import TwinCore

/// Why there is no answer, in the one shape of all of them:
/// `{"error":{"status":404,"code":"not_found","text":"…"}}`. It names no path and no statement of the store.
struct WebError: Error, Hashable {
    var status: Int
    /// Stable, for programs.
    var code: String
    /// For people: what was found and what is expected.
    var text: String
    /// When it may be tried again, s.
    var retryAfterS: Int?
    /// Methods that the address takes, where it does not take the one that came.
    var allow: String?

    init(status: Int, code: String, text: String) { (self.status, self.code, self.text) = (status, code, text) }

    static func notFound(_ text: String) -> WebError { WebError(status: 404, code: "not_found", text: text) }
    static func bad(_ text: String) -> WebError { WebError(status: 400, code: "bad_request", text: text) }
    /// Of what a running twin, or a replay, did not take.
    static func refused(_ text: String) -> WebError { WebError(status: 409, code: "refused", text: text) }

    /// - Parameter seconds: when it may be there; nil where waiting does not help.
    static func unavailable(_ text: String, againIn seconds: Int? = nil) -> WebError {
        var error = WebError(
            status: 503, code: "unavailable", text: seconds.map { "\(text); ask again in \($0) s" } ?? text)
        error.retryAfterS = seconds
        return error
    }

    var json: JSON {
        .fields([
            "error": .fields(["status": .integer(status), "code": .string(code), "text": .string(text)])
        ])
    }
}
