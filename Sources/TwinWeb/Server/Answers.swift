import Hummingbird
import TwinCore

extension Response {
    static func json(_ json: JSON, status: HTTPResponse.Status = .ok) -> Response {
        // What a terminal obeys, or what turns the direction of reading, stands as escapes: the same text to a program.
        .json(bytes: Array(json.printableLine.utf8), status: status)
    }

    static func json(bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        .of(bytes, "application/json; charset=utf-8", status: status)
    }

    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        .of(Array(text.utf8), "text/html; charset=utf-8", status: status)
    }

    static func of(_ bytes: [UInt8], _ type: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func error(_ error: WebError) -> Response {
        var response = Response.json(error.json, status: HTTPResponse.Status(code: error.status))
        if let seconds = error.retryAfterS { response.headers[.retryAfter] = "\(seconds)" }
        if let allow = error.allow { response.headers[.allow] = allow }
        return response
    }
}
