import HTTPTypes
import Hummingbird
import Synchronization

/// What the page server itself answered.
final class ServerMeter: Sendable {
    struct Counts: Sendable {
        /// By page and class of status: `metrics 2xx`.
        var answers: [Key: Int] = [:]
        var times = Histogram([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10])
    }

    struct Key: Sendable, Hashable, Comparable {
        var page: String
        var status: String

        static func < (a: Key, b: Key) -> Bool { (a.page, a.status) < (b.page, b.status) }
    }

    private let known: Set<String>
    private let inner = Mutex(Counts())

    /// - Parameter known: first parts of the addresses that are told apart.
    init(known: Set<String>) { self.known = known }

    var counts: Counts { inner.withLock { $0 } }

    func note(path: String, status: Int, seconds: Double) {
        let first = path.split(separator: "/").first.map { $0.hasSuffix(".json") ? $0.dropLast(5) : $0 } ?? "overview"
        let name = String(first)
        let key = Key(page: known.contains(name) ? name : "other", status: "\(min(9, max(0, status / 100)))xx")
        inner.withLock { counts in
            counts.answers[key, default: 0] += 1
            // A stream of live data lasts as long as somebody looks.
            if name != "live" { counts.times.add(seconds) }
        }
    }
}

/// Counts each answer. It stands outside all others, so that it sees what a client sees.
struct CountedAnswers: RouterMiddleware {
    let meter: ServerMeter

    @concurrent func handle(
        _ request: Request, context: PageContext, next: @concurrent (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
        let response = try await next(request, context)
        meter.note(
            path: request.uri.path, status: Int(response.status.code),
            seconds: (ContinuousClock.now - began) / .seconds(1))
        return response
    }
}
