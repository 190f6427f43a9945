import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import TwinCore

@testable import TwinWeb

/// Asks a server's routes without a socket. Hummingbird's own client for tests comes with an HTTP client, TLS and HTTP/2, which
/// were a sixth of the time that a new machine builds for the tests.
struct RouterClient: Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: HTTPFields
        var text: String

        var json: JSON { (try? JSONReader.read(Array(text.utf8))) ?? .null }  // what is none has no members
        var code: String? { json["error"]?["code"]?.text }
    }

    private let responder: any HTTPResponder<PageContext>

    init(_ server: PageServer) { responder = server.router().buildResponder() }

    func ask(
        _ path: String, method: HTTPRequest.Method = .get, headers: HTTPFields = [:], body: [UInt8]? = nil
    ) async throws -> Answer {
        var fields = headers
        if let body { fields[.contentLength] = "\(body.count)" }
        let request = Request(
            head: HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path, headerFields: fields),
            body: RequestBody(buffer: ByteBuffer(bytes: body ?? [])))
        let context = PageContext(
            source: ApplicationRequestContextSource(
                channel: NIOAsyncTestingChannel(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        let response = try await responder.respond(to: request, context: context)
        let body = Collected()
        try await response.body.write(body)
        return Answer(
            status: Int(response.status.code), headers: response.headers,
            text: await String(decoding: body.bytes, as: UTF8.self))
    }

    /// What a response writes.
    private actor Collected: ResponseBodyWriter {
        private(set) var bytes: [UInt8] = []

        func write(_ buffer: ByteBuffer) { bytes += buffer.readableBytesView }
        func finish(_ trailingHeaders: HTTPFields?) {}
    }
}

extension PageServer {
    /// Asks the routes as a client does.
    func ask(
        _ path: String, method: HTTPRequest.Method = .get, headers: HTTPFields = [:], body: String? = nil
    ) async throws -> RouterClient.Answer {
        try await RouterClient(self).ask(path, method: method, headers: headers, body: body.map { Array($0.utf8) })
    }
}
