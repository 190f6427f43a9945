import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// A connection whose requests must come in time, of an address that has not too many.
struct GuardedChannel: ServerChildChannel {
    let limits: ServerLimits
    let responder: HTTPChannelHandler.Responder
    let open: OpenConnections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let http = HTTP1Channel(
            responder: responder,
            configuration: .init(
                idleTimeout: limits.idle,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: 100)))
        return http.setup(channel: channel, logger: logger).flatMapThrowing { [limits, open] value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(RequestDeadlines(limits, open), position: .after(decoder))
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await HTTP1Channel(responder: responder).handle(value: value, logger: logger)
    }
}

/// Closes a connection on which a request takes too long to come: one that drips holds its place no longer than that.
final class RequestDeadlines: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private enum Part { case none, head, body }

    private let limits: ServerLimits
    private let open: OpenConnections
    private var isCounted = false
    private var part = Part.none
    private var deadline: Scheduled<Void>?

    init(_ limits: ServerLimits, _ open: OpenConnections) { (self.limits, self.open) = (limits, open) }

    func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { count(context) } }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        count(context)
    }

    /// Its address is known once it is active.
    private func count(_ context: ChannelHandlerContext) {
        guard !isCounted else { return }
        isCounted = true
        let address = context.channel.remoteAddress?.ipAddress ?? ""
        guard open.enter(address, limits) else { return context.close(promise: nil) }
        context.channel.closeFuture.whenComplete { [open] _ in open.leave(address) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: begin(.body, limits.body, context)
        case .body: break
        case .end: end()
        }
        context.fireChannelRead(data)
    }

    /// Bytes came. Where they are no part of a request that has begun, they begin the next head.
    func channelReadComplete(context: ChannelHandlerContext) {
        if part == .none, !isBetween { begin(.head, limits.head, context) }
        isBetween = false
        context.fireChannelReadComplete()
    }

    /// The bytes that came last ended a request.
    private var isBetween = false

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func begin(_ part: Part, _ time: TimeAmount, _ context: ChannelHandlerContext) {
        end()
        self.part = part
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    private func end() {
        deadline?.cancel()
        deadline = nil
        part = .none
        isBetween = true
    }
}

/// How many connections each address has.
final class OpenConnections: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func enter(_ address: String, _ limits: ServerLimits) -> Bool {
        let isLoopback = address.hasPrefix("127.") || address == "::1"
        let most = isLoopback ? limits.connectionsLoopback : limits.connectionsPerAddress
        return counts.withLock { counts in
            guard counts[address, default: 0] < most else { return false }
            counts[address, default: 0] += 1
            return true
        }
    }

    func leave(_ address: String) {
        counts.withLock { counts in
            let left = (counts[address] ?? 1) - 1
            counts[address] = left > 0 ? left : nil
        }
    }
}
