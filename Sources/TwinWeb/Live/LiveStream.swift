import HTTPTypes
import Hummingbird
import NIOCore

/// Live data as server-sent events: each is one snapshot.
enum LiveStream {
    /// Between two signs of life while there is nothing else to say: a line that is gone is noticed by a write.
    static let beat = Duration.seconds(15)

    /// - Parameters:
    ///   - closed: of the connection. A plant may say nothing for minutes, and who is gone meanwhile must hold no place.
    ///   - mayGoOn: asked before each snapshot: who is logged out hears no more.
    static func response(
        _ feed: LiveFeed, closed: EventLoopFuture<Void>, beat: Duration = beat,
        while mayGoOn: @escaping @Sendable () -> Bool = { true }
    ) -> Response {
        guard let (number, snapshots) = feed.listen() else {
            return .error(
                WebError(
                    status: 503, code: "too_many", text: "\(LiveFeed.listenersMax) pages are open already; close some"))
        }
        closed.whenComplete { _ in feed.leave(number) }
        let body = ResponseBody { writer in
            let beats = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: beat)
                    feed.beat(number)
                }
            }
            defer {
                beats.cancel()
                feed.leave(number)
            }
            // A browser that lost the line comes back after so long.
            try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
            for await snapshot in snapshots {
                guard mayGoOn() else { break }
                guard !snapshot.isEmpty else {
                    try await writer.write(ByteBuffer(string: ":\n\n"))
                    continue
                }
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
