public import TwinConfiguration
public import TwinCore
public import TwinFiles
public import TwinPlant

/// The whole modelled plant: surroundings and what obeys commands, step by step.
public struct PlantSimulator: Sendable {
    private let config: SiteConfig
    public let start: PlantTime
    private let step: Span
    private var surroundings: SimulatedSurroundings
    private var plant: ResponsivePlant
    /// Steps done.
    public private(set) var number = 0

    /// - Parameter start: a whole number of the configuration's steps.
    public init(config: SiteConfig, start: PlantTime, seed: UInt64) {
        self.config = config
        self.start = start
        step = config.step
        surroundings = SimulatedSurroundings(config, seed: seed)
        plant = ResponsivePlant(config, seed: seed)
    }

    /// Plant time: the end of the last step.
    public var now: PlantTime { start + Int64(number) * step }

    /// The clock message that opens a run.
    public var openingClock: PlantMessage { .clock(site: config.site, at: start) }

    public mutating func receive(_ message: InboundMessage) {
        plant.receive(
            topic: message.topic, payload: message.payload,
            correlation: message.correlation.map { String(decoding: $0, as: UTF8.self) }, now: now,
            retained: message.retain)
    }

    /// The messages of the next step, the clock last.
    public mutating func advance() -> [PlantMessage] {
        let from = now
        number += 1
        let around = surroundings.step(from: from, to: now, number: number)
        let answer = plant.step(from: from, to: now, ResponsivePlant.Surroundings(around))
        surroundings.take(answer)
        return surroundings.messages(around, from: from, to: now, number: number)
            + plant.messages(from: from, to: now, number: number) + [.clock(site: config.site, at: now)]
    }
}

extension SimulatedSurroundings {
    /// The surroundings of a site.
    public init(_ config: SiteConfig, seed: UInt64) {
        self.init(
            site: config.site, location: config.location, mast: config.weather.asset, intensity: config.grid.intensity,
            line: config.firstLine, assets: config.assets, calendar: config.calendar, truth: config.truth, seed: seed)
    }
}

extension ResponsivePlant {
    /// The simulated plant of a site.
    public init(_ config: SiteConfig, seed: UInt64) {
        self.init(
            site: config.site, location: config.location, meter: config.grid.meter,
            exportMaxKW: config.grid.exportMaxKW, assets: config.assets,
            network: config.network, calendar: config.calendar, truth: config.truth, seed: seed)
    }
}

extension ResponsivePlant.Surroundings {
    public init(_ step: SimulatedSurroundings.Step) {
        self.init(
            freeKW: step.freeKW, offeredKW: step.offeredKW, loadKW: step.loadKW, circuitKW: step.circuitKW,
            gasKW: step.gasKW,
            temperatureC: step.temperatureC, windMPerS: step.windMPerS, irradianceWPerM2: step.irradianceWPerM2,
            electricVehicles: Double(step.lineOffs.count { $0.isElectric }))
    }
}

/// Writes a simulated recording: no marks, no dispatcher, one clock line a step.
public func writeSimulation(
    _ simulator: PlantSimulator, config: SiteConfig, seed: UInt64, duration: Span, build: String, to writer: LineWriter,
    onStep: (Double) -> Bool
) throws {
    var simulator = simulator
    let header = Header(
        site: config.site, run: Header.simulatedRun, start: simulator.start, timeZone: config.zone.name,
        stepS: config.stepS,
        seed: seed, mode: .shadow, loop: .open, clock: .event, marks: false, config: config.hash, build: build)
    try writer.write(header.bytes)
    func write(_ message: PlantMessage, at t: PlantTime) throws {
        let arrival = Arrival(
            t: t, topic: message.topic, payload: message.payload, qos: 1, correlation: message.correlation)
        try writer.write(Line.message(arrival).bytes)
    }
    try write(simulator.openingClock, at: simulator.start)
    let steps = Int(duration.ms / config.step.ms)
    for done in 0..<steps {
        for message in simulator.advance() { try write(message, at: message.sent ?? simulator.now) }
        guard onStep(Double(done + 1) / Double(steps)) else { return }
    }
}

/// Publishes the modelled plant to a broker at a pace, and obeys the commands that come back.
public final class SimulateLoop {
    private var simulator: PlantSimulator
    private let config: SiteConfig
    private let transport: any Transport
    /// Plant seconds per wall second.
    private let speed: Double
    private let steps: Int
    public var shouldStop: @Sendable () -> Bool = { false }
    public var onStep: (@Sendable (Double) -> Void)?
    /// Says what becomes of the link, and what the broker refuses.
    public var log: RunLog?
    private var wasUp = false

    /// - Parameter duration: nil publishes until it is stopped.
    public init(
        _ simulator: PlantSimulator, config: SiteConfig, transport: any Transport, speed: Double, duration: Span?
    ) {
        self.simulator = simulator
        self.config = config
        self.transport = transport
        self.speed = speed
        steps = duration.map { Int($0.ms / config.step.ms) } ?? .max
    }

    public func run(connectTimeoutMs: Int = 10_000) throws {
        try transport.connect(timeoutMs: connectTimeoutMs)
        try transport.subscribe(["v1/\(config.site)/+/+/cmd"])
        try publish([simulator.openingClock])
        let begun = ContinuousClock.now
        while simulator.number < steps, !shouldStop() {
            let due = begun + .seconds(Double(simulator.number + 1) * config.step.seconds / speed)
            // Behind its pace it listens all the same: unheard acknowledgements would fill the client's queue.
            repeat { try receive(until: due) } while !shouldStop() && (ContinuousClock.now < due || isAhead)
            try publish(simulator.advance())
            onStep?(Double(simulator.number) / Double(steps))
        }
        // What was published last must reach the broker before the connection closes.
        let until = ContinuousClock.now + .seconds(5)
        while transport.publicationsInFlight > 0, ContinuousClock.now < until {
            try receive(until: ContinuousClock.now + .milliseconds(25))
        }
        transport.disconnect()
    }

    /// Whether the broker has so much to acknowledge that publishing more would only fill the queue.
    private var isAhead: Bool { transport.publicationsInFlight > 2000 }

    private func receive(until due: ContinuousClock.Instant) throws {
        let left = (due - ContinuousClock.now) / .milliseconds(1)
        let batch = try transport.receive(timeoutMs: Int(exactly: min(max(left, 1), 50).rounded()) ?? 1, limit: 500)
        for link in batch.links {
            log?.say(link.entry(word: link.word(wasUp: wasUp)))
            if case .up = link { wasUp = true }
        }
        for refusal in batch.refusals { log?.say(refusal.entry) }
        log?.look()
        for message in batch.messages { simulator.receive(message) }
        try transport.flush()
    }

    private func publish(_ messages: [PlantMessage]) throws {
        for message in messages {
            var outbound = OutboundMessage(topic: message.topic, payload: message.payload)
            outbound.correlation = message.correlation.map { Array($0.utf8) }
            try transport.publish(outbound)
        }
        try transport.flush()
    }
}
