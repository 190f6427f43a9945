import TwinBooks
import TwinCore
import TwinDispatch
import TwinRuntime
import TwinUnits

/// What a run's metrics count while it goes on. All of it is bounded by the configuration's assets and fixed codes.
struct RunMeter: Sendable {
    /// Commands whose answers are waited for; older ones go.
    private static let waitingMax = 1000

    private(set) var refused: [RejectReason: Int] = [:]
    private(set) var vehicles = 0
    private(set) var steps = Histogram([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
    private(set) var answers = Histogram([0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300])
    /// By signal, of the newest reading that was taken.
    private(set) var heard: [SignalPath: PlantTime] = [:]
    private(set) var energy = EnergyCounters()
    private(set) var pulse: RunPulse?
    /// When the last step was closed.
    private(set) var closedAt: ContinuousClock.Instant?
    /// When each command was given that has no answer yet, by its number in the run.
    private var waiting: [String: PlantTime] = [:]
    private var waitingOrder: [String] = []

    /// By asset, of the newest reading that was taken.
    var lastReading: [AssetPath: PlantTime] {
        heard.reduce(into: [:]) { last, one in last[one.key.path] = max(last[one.key.path] ?? one.value, one.value) }
    }

    mutating func hear(_ arrivals: [Arrival], _ outcome: TickOutcome) {
        for refusal in outcome.refusals { refused[refusal.failure.reason, default: 0] += 1 }
        vehicles += outcome.lineOffs.count
        for reading in outcome.readings {
            let signal = SignalPath(AssetPath(reading.area, reading.asset), reading.key)
            heard[signal] = max(heard[signal] ?? reading.ts, reading.ts)
        }
        if !waiting.isEmpty { for arrival in arrivals where arrival.topic.hasSuffix("/ack") { takeAnswer(arrival) } }
        for command in outcome.commands { wait(for: command) }
        closedAt = .now
    }

    private mutating func wait(for command: Command) {
        let number = "\(command.tick)-\(command.n)"
        guard waiting.updateValue(command.ts, forKey: number) == nil else { return }
        waitingOrder.append(number)
        guard waitingOrder.count > RunMeter.waitingMax else { return }
        for number in waitingOrder.prefix(RunMeter.waitingMax / 2) { waiting[number] = nil }
        waitingOrder.removeFirst(RunMeter.waitingMax / 2)
    }

    /// The first answer counts. An id is run, tick and number, joined by dashes.
    private mutating func takeAnswer(_ arrival: Arrival) {
        guard let id = (try? JSONReader.read(arrival.payload))?["id"]?.text,  // what is no JSON is told elsewhere
            let dash = id.firstIndex(of: "-"),
            let given = waiting.removeValue(forKey: String(id[id.index(after: dash)...]))
        else { return }
        answers.add(max(0, (arrival.t - given).seconds))
    }

    mutating func feel(_ pulse: RunPulse) {
        if pulse.tick != self.pulse?.tick, pulse.tick > 0 { steps.add(pulse.stepS) }
        self.pulse = pulse
    }

    mutating func see(_ moment: PlantMoment) {
        if let day = moment.sums.day { energy.take(day) }
    }

    /// How far steps are behind the wall clock now, s; nil where plant time does not go with it.
    func lagS(step: Span, now: ContinuousClock.Instant = .now) -> Double? {
        guard let lag = pulse?.lagS, let closedAt else { return nil }
        return max(lag, (now - closedAt) / .seconds(1) - step.seconds)
    }
}

/// Energy by meter since local midnight, as the books have it. A late reading may lower a sum of the books; a counter must
/// not fall, so it stands until the sum has come up to it.
struct EnergyCounters: Sendable {
    private var day: PlantTime?
    private(set) var wattSeconds: [Meter: Int64] = [:]

    mutating func take(_ summary: Summary) {
        if day != summary.from { (day, wattSeconds) = (summary.from, [:]) }
        for (line, meter) in summary.method.chart.meters.enumerated() {
            let now = max(0, summary.sum.meter(line: line).energy.wattSeconds)
            wattSeconds[meter] = max(wattSeconds[meter] ?? 0, now)
        }
    }
}
