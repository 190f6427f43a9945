import HTTPTypes
import Hummingbird

/// Live data as server-sent events: each is one snapshot.
enum LiveStream {
    /// - Parameter mayGoOn: asked before each snapshot: who is logged out hears no more.
    static func response(_ feed: LiveFeed, while mayGoOn: @escaping @Sendable () -> Bool = { true }) -> Response {
        guard let (number, snapshots) = feed.listen() else {
            return .error(
                WebError(
                    status: 503, code: "too_many", text: "\(LiveFeed.listenersMax) pages are open already; close some"))
        }
        let body = ResponseBody { writer in
            defer { feed.leave(number) }
            // A browser that lost the line comes back after so long.
            try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
            for await snapshot in snapshots {
                guard mayGoOn() else { break }
                var event = ByteBuffer()
                event.writeString("data: ")
                event.writeBytes(snapshot)
                event.writeString("\n\n")
                try await writer.write(event)
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "text/event-stream"], body: body)
    }
}
