public import TwinConfiguration
public import TwinCore
import TwinFiles

/// What a recording is asked to be.
public struct RecordOptions: Sendable {
    /// Topic filters to subscribe to.
    public var filters: [String]
    public var clock = ClockKind.wall
    /// Counts from the first plant time; nil records until it is stopped.
    public var duration: Span?
    /// Stands in the header.
    public var run = "recorded"
    public var build = ""
    public var connectTimeoutMs = 10_000
    /// The wall clock.
    public var wallNow: @Sendable () -> PlantTime
    /// Asked between batches; true ends the recording when what is read is on disk.
    public var shouldStop: @Sendable () -> Bool = { false }
    /// Says what becomes of the link.
    public var log: RunLog?
    /// Called after each batch.
    public var onBatch: (@Sendable (RecordTally) -> Void)?

    public init(filters: [String], wallNow: @escaping @Sendable () -> PlantTime) {
        self.filters = filters
        self.wallNow = wallNow
    }
}

/// What a recording holds so far.
public struct RecordTally: Sendable, Hashable {
    public var messages = 0
    public var links = 0
    /// The first plant time; nil while there is no file.
    public var from: PlantTime?
    /// Plant time of the last line.
    public var to: PlantTime?
    /// QoS 0 and retained messages that came before the first plant time and found no room.
    public var shed = 0
    /// Messages of the site's clock, under either kind of clock.
    public var clocks = 0

    public init() {}
}

/// Broker to replay file: each batch is on disk before it is acknowledged. Only retained messages that come before the
/// first plant time are acknowledged earlier: the broker has them still.
///
/// One caller drives it, like `LiveLoop`. The file appears with the first plant time: at once under the wall clock.
public final class RecordLoop {
    static let receiveMs = 50
    static let batchMax = 500
    /// A replay refuses a line more than 7 days after the one before, so a silent broker is noted each day.
    static let silenceMax = Span.days(1)

    private let config: SiteConfig
    private let options: RecordOptions
    private let transport: any Transport
    private let path: String
    private let overwrite: Bool
    private let clockTopic: String
    private var liveClock: LiveClock
    private var clock: TickClock?
    private var log: LineLog?
    private var early = EarlyMessages()
    private var link = "down"
    private var runLog: RunLog?
    public private(set) var tally = RecordTally()

    /// - Parameters:
    ///   - path: the file to make, compressed when it ends in `.gz`.
    ///   - overwrite: whether a file of that name may be replaced.
    public init(
        config: SiteConfig, options: RecordOptions, transport: any Transport, path: String, overwrite: Bool
    ) {
        self.config = config
        self.options = options
        self.transport = transport
        self.path = path
        self.overwrite = overwrite
        clockTopic = Topic.clockText(site: config.site)
        runLog = options.log
        liveClock = LiveClock(kind: options.clock, site: config.site)
    }

    /// Records until the duration is over or it is stopped. What was synced stays in the file whatever happens.
    public func run() throws {
        try transport.connect(timeoutMs: options.connectTimeoutMs)
        try transport.subscribe(options.filters)
        do {
            if options.clock == .wall { try begin(at: options.wallNow()) }
            try record()
        } catch {
            // The first error tells more than one that the end of the file may add.
            try? log?.finish()
            throw error
        }
        transport.disconnect()
        try log?.finish()
    }

    private func record() throws {
        while !options.shouldStop(), !isOver {
            let batch = try transport.receive(timeoutMs: RecordLoop.receiveMs, limit: RecordLoop.batchMax)
            var isWhole = true
            for message in batch.messages {
                isWhole = !isOver
                guard isWhole else { break }
                try take(message)
            }
            for link in batch.links { note(link) }
            breakSilence()
            options.onBatch?(tally)
            guard let log else {
                if early.mayBeAcknowledged { try transport.flush() }
                continue
            }
            try log.sync()
            // What lies beyond the end is not recorded, and so not acknowledged.
            if isWhole { try transport.flush() }
        }
    }

    private var isOver: Bool {
        guard let duration = options.duration, let from = tally.from, let to = tally.to else { return false }
        return (options.clock == .wall ? max(to, options.wallNow()) : to) >= from + duration
    }

    private func begin(at time: PlantTime) throws {
        let header = Header(
            site: config.site, run: options.run, start: time.floored(to: config.step), timeZone: config.zone.name,
            stepS: config.stepS, seed: 0, mode: .shadow, loop: .open, clock: options.clock, marks: false,
            config: config.hash, build: options.build)
        log = try LineLog(path: path, first: header.bytes, overwrite: overwrite)
        clock = TickClock(start: header.start, step: header.step, lateness: config.lateness)
        tally.from = time
        tally.to = options.clock == .wall ? time : header.start
        for item in early.take() {
            switch item {
            case .link(let word): append(Line(t: header.start, .link(word)))
            case .message(let message): append(message, at: header.start)
            }
        }
    }

    private func take(_ message: InboundMessage) throws {
        let stamp = liveClock.time(
            of: message, hasClock: clock?.hasClock ?? false, now: tally.to, wallNow: options.wallNow())
        if log == nil {
            guard let stamp else {
                early.add(message)
                tally.shed = early.shed
                return
            }
            try begin(at: stamp)
        }
        guard let now = tally.to else { return }
        var t = max(stamp ?? now, now)
        if options.clock == .event {
            let isClock = liveClock.isClock(message)
            let hadClock = clock?.hasClock == true
            if stamp == nil || clock?.take(t: t, isClock: isClock) == .refused || (hadClock && !isClock) { t = now }
        }
        append(message, at: t)
    }

    private func note(_ change: LinkChange) {
        let word = change.word(wasUp: tally.links > 0)
        runLog?.say(change.entry(word: word))
        link = word == "down" ? word : "up"
        tally.links += 1
        if log == nil { early.add(link: word) } else { append(Line(t: lineTime, .link(word))) }
    }

    private func breakSilence() {
        guard options.clock == .wall, let to = tally.to, options.wallNow() > to + RecordLoop.silenceMax else { return }
        append(Line(t: lineTime, .link(link)))
    }

    /// Now, for lines that bring no time of their own.
    private var lineTime: PlantTime {
        let last = tally.to ?? options.wallNow()
        return options.clock == .wall ? max(last, options.wallNow()) : last
    }

    private func append(_ message: InboundMessage, at t: PlantTime) {
        tally.messages += 1
        if message.topic == clockTopic { tally.clocks += 1 }
        append(.message(Arrival(message, at: t)))
    }

    private func append(_ line: Line) {
        log?.write(line.bytes)
        tally.to = max(tally.to ?? line.t, line.t)
    }
}
