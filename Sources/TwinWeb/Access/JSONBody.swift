import Hummingbird
import NIOCore
import TwinCore

/// What a change brings along: a small JSON object.
enum JSONBody {
    /// - Parameter keys: those that it may have; another one is a mistake of who asks.
    static func read(_ request: Request, _ context: PageContext, keys: [String]) async throws -> JSON {
        let buffer: ByteBuffer
        do { buffer = try await request.body.collect(upTo: context.maxUploadSize) } catch is NIOTooManyBytesError {
            throw WebError(status: 413, code: "too_large", text: "a body has at most \(context.maxUploadSize) bytes")
        }
        let json: JSON
        do { json = try JSONReader.read(Array(buffer.readableBytesView)) } catch {
            throw WebError.bad("the body is no JSON that is read here (\(error.rawValue))")
        }
        guard let members = json.members else { throw WebError.bad("the body must be an object") }
        if let odd = members.first(where: { !keys.contains($0.key) }) {
            throw WebError.bad(
                "\(JSON.string(String(odd.key.prefix(40))).line) is none of the keys \(keys.joined(separator: ", "))")
        }
        return json
    }
}
