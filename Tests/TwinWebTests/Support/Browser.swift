import HTTPTypes
import TwinCore

@testable import TwinWeb

/// A browser as the pages know it: it keeps cookies and brings back the token of the page that it loaded.
final class Browser {
    private let client: RouterClient
    var cookies: [String: String] = [:]
    var token: String?
    /// Sent along with everything.
    var headers = HTTPFields()

    init(_ client: RouterClient) { self.client = client }

    @discardableResult
    func get(_ path: String) async throws -> RouterClient.Answer {
        let answer = try await send(.get, path, headers, nil)
        if let found = answer.text.firstMatch(of: /<meta name="csrf" content="([0-9a-f]+)">/) {
            token = String(found.1)
        }
        return answer
    }

    /// As a page's script asks for a change.
    func post(_ path: String, _ json: JSON = .fields([:])) async throws -> RouterClient.Answer {
        try await post(path, bytes: json.bytes)
    }

    func post(_ path: String, bytes: [UInt8]) async throws -> RouterClient.Answer {
        var fields = headers
        if fields[.contentType] == nil { fields[.contentType] = "application/json" }
        if let token, let name = HTTPField.Name("X-CSRF-Token") { fields[name] = token }
        return try await send(.post, path, fields, bytes)
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields, _ body: [UInt8]?
    ) async throws -> RouterClient.Answer {
        var fields = headers
        if !cookies.isEmpty {
            fields[.cookie] = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        }
        let answer = try await client.ask(path, method: method, headers: fields, body: body)
        for field in answer.headers[values: .setCookie] {
            let pair = field.prefix { $0 != ";" }.split(separator: "=", omittingEmptySubsequences: false)
            if pair.count == 2 { cookies[String(pair[0])] = pair[1].isEmpty ? nil : String(pair[1]) }
        }
        return answer
    }
}

/// A server's pages, asked by a browser.
func visit(_ server: PageServer, _ body: @escaping @Sendable (Browser) async throws -> Void) async throws {
    try await body(Browser(RouterClient(server)))
}
