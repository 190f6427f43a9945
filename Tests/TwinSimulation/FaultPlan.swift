import TwinCore

/// What goes wrong in a simulated hour, drawn from its seed: each kind of fault comes in about half of the hours, so that
/// also pairs are seen alone.
struct FaultPlan: Sendable {
    enum Event: Sendable {
        /// The process dies after so many calls of the world outside, and with it the machine's memory or not.
        case kill(calls: Int, isPowerCut: Bool)
        /// The service is stopped in order and started again.
        case stop
        case loseLink(Span)
        /// Nothing moves, and the link stands.
        case hang(Span)
        /// The process is not run for a while.
        case stall(Span)
        case disk(SimulatedDisk.Faults)
        case store(failing: Double)
        case setWall(off: Span)
        case mode(ControlMode)
    }

    struct Due: Sendable {
        var at: PlantTime
        var event: Event
    }

    let clock: ClockKind
    let mode: ControlMode
    let start: PlantTime
    /// Whether the service is told to wait for its broker.
    let waitsForBroker: Bool
    /// Shares: topics of QoS 0, and what becomes of messages.
    let unassured: Double
    let lost: Double
    let doubled: Double
    let delayed: Double
    let delayMax: Span
    /// Of attempts and publications.
    let refusedLinks: Double
    let refusedPublications: Double
    let lostSessions: Double
    let events: [Due]

    static let hour = Span.hours(1)

    /// Days on which shifts begin, vehicles are lined off, the local day ends and the clocks go back.
    private static let starts = [
        "2025-06-18T05:45:00.000Z", "2025-06-18T13:10:00.000Z", "2025-06-18T22:30:00.000Z", "2025-01-15T23:20:00.000Z",
        "2025-10-26T00:15:00.000Z", "2025-08-03T11:30:00.000Z",
    ].compactMap { PlantTime(rfc3339: $0) }

    init(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "faults")
        func some(_ value: Double) -> Double { chance.happens(0.5) ? value * chance.unit() : 0 }
        clock = chance.happens(0.5) ? .wall : .event
        mode = chance.happens(0.8) ? .control : chance.happens(0.5) ? .advise : .shadow
        start = FaultPlan.starts[chance.below(FaultPlan.starts.count)] + .minutes(Int64(chance.below(30)))
        waitsForBroker = chance.happens(0.5)
        unassured = some(0.5)
        lost = some(0.2)
        doubled = some(0.1)
        delayed = some(0.3)
        delayMax = chance.seconds(1...90)
        refusedLinks = some(0.5)
        refusedPublications = some(0.05)
        lostSessions = some(0.3)
        var drawn: [Due] = []
        let start = start
        /// - Parameter most: times in an hour.
        func draw(_ most: Int, _ event: () -> [(after: Span, event: Event)]) {
            guard chance.happens(0.5) else { return }
            for _ in 0...chance.below(most) {
                let at = start + chance.seconds(0...FaultPlan.hour.seconds)
                for (after, event) in event() { drawn.append(Due(at: at + after, event: event)) }
            }
        }
        let now = Span(ms: 0)
        let powerCuts = chance.unit()
        draw(8) { [(now, .kill(calls: 1 + chance.below(200), isPowerCut: chance.happens(powerCuts)))] }
        draw(2) { [(now, .stop)] }
        draw(8) { [(now, .loseLink(chance.seconds(chance.happens(0.8) ? 0...40 : 60...2400)))] }
        draw(4) { [(now, .hang(chance.seconds(1...120)))] }
        draw(3) { [(now, .stall(chance.seconds(5...900)))] }
        draw(2) {
            [
                (now, .disk(SimulatedDisk.Faults(isFull: true))),
                (chance.seconds(10...300), .disk(SimulatedDisk.Faults())),
            ]
        }
        draw(3) {
            let faults = SimulatedDisk.Faults(
                writes: 0.1 * chance.unit(), syncs: 0.1 * chance.unit(), short: 0.5 * chance.unit())
            return [(now, .disk(faults)), (chance.seconds(10...600), .disk(SimulatedDisk.Faults()))]
        }
        draw(2) { [(now, .store(failing: chance.unit())), (chance.seconds(10...600), .store(failing: 0))] }
        draw(3) { [(now, .setWall(off: chance.seconds(-1200...1200)))] }
        draw(2) { [(now, .mode([.shadow, .advise, .control][chance.below(3)]))] }
        events = drawn.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }
}
