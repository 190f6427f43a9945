import HTTPTypes
import Hummingbird
import Synchronization
import TwinCore

/// So many requests at once, and so many a second after that.
struct TokenBucket: Sendable, Hashable {
    private(set) var tokens: Double
    private var at: Double

    /// - Parameter now: steady seconds.
    init(full: Double, at now: Double) { (tokens, at) = (full, now) }

    /// - Returns: whether there was one left.
    mutating func take(at now: Double, perSecond: Double, most: Double) -> Bool {
        tokens = min(most, tokens + max(0, now - at) * perSecond)
        at = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}

/// Finds out where a request is from, and turns away an address that asks faster than a person or a monitor does.
final class RequestRate: RouterMiddleware {
    /// Addresses that are remembered.
    static let addressesMax = 10_000

    private let limits: ServerLimits
    private let rules: AccessRules
    private let buckets = Mutex<[String: TokenBucket]>([:])

    init(_ limits: ServerLimits, _ rules: AccessRules) { (self.limits, self.rules) = (limits, rules) }

    @concurrent func handle(
        _ request: Request, context: PageContext, next: @concurrent (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.address = address(request, context)
        if request.uri.path != "/live", !context.address.isEmpty, !takes(context.address) {
            var error = WebError(
                status: 429, code: "rate", text: "too many requests from this address; ask more slowly")
            error.retryAfterS = 1
            throw error
        }
        return try await next(request, context)
    }

    /// Behind a proxy on this machine, who asked the proxy: the last that it says, which nobody else can write.
    private func address(_ request: Request, _ context: PageContext) -> String {
        let isLoopback = context.address.hasPrefix("127.") || context.address == "::1"
        guard rules.isBehindTLS, isLoopback, let name = HTTPField.Name("X-Forwarded-For"),
            let last = request.headers[values: name].last?.split(separator: ",").last
        else { return context.address }
        return String(last.filter { !$0.isWhitespace }.prefix(64)).printable
    }

    private func takes(_ address: String) -> Bool {
        let now = rules.steadyNow()
        return buckets.withLock { buckets in
            if buckets.count >= Self.addressesMax, buckets[address] == nil { buckets = [:] }
            var bucket = buckets[address] ?? TokenBucket(full: limits.requestsAtOnce, at: now)
            defer { buckets[address] = bucket }
            return bucket.take(at: now, perSecond: limits.requestsPerSecond, most: limits.requestsAtOnce)
        }
    }
}
