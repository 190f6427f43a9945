import Synchronization
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinRuntime
import TwinUnits

/// Sees all that goes in and out of the twin, and says what must never be.
final class Ledger: Sendable {
    /// Publications that may wait for the broker at a time. When all go silent and come back each asset has three alarms:
    /// `stale`, `clock` and `gap`. Twice that, with commands and words beside.
    private var waitingMax: Int { 8 * config.assets.count }
    /// Of each rule the first violations are kept.
    private static let violationsMax = 3

    private struct State: Sendable {
        var violations: [Outcome.Violation] = []
        /// Journal lines of messages that are on the disk, without their time.
        var durable: Set<Int> = []
        /// ... and those that the broker was told of.
        var acknowledged: Set<Int> = []
        /// The last mark on the disk.
        var tick = 0
        var markedAt = PlantTime.earliest
        /// True time, when it was there.
        var seenAt = PlantTime.earliest
        /// What stood under a command's id.
        var commands: [String: [UInt8]] = [:]
        var count = Outcome.Count()
    }

    private let state: Mutex<State>
    private let clocks: SimulatedClocks
    private let config: SiteConfig
    private let clock: ClockKind

    init(_ config: SiteConfig, clock: ClockKind, clocks: SimulatedClocks) {
        state = Mutex(State())
        self.config = config
        self.clock = clock
        self.clocks = clocks
    }

    var violations: [Outcome.Violation] { state.withLock { $0.violations } }
    var count: Outcome.Count { state.withLock { $0.count } }
    func count(_ body: (inout Outcome.Count) -> Void) { state.withLock { body(&$0.count) } }

    func violate(_ rule: Rule, _ what: String) { state.withLock { violate(rule, what, &$0) } }

    private func violate(_ rule: Rule, _ what: String, _ state: inout State) {
        guard state.violations.count(where: { $0.rule == rule }) < Ledger.violationsMax else { return }
        state.violations.append(Outcome.Violation(at: clocks.now.rfc3339, rule: rule, text: what))
    }

    // MARK: - The journal

    /// A journal line without its time, for what brings the same message, the first time or again.
    static func key(_ line: ArraySlice<UInt8>) -> Int? {
        guard let comma = line.prefix(48).firstIndex(of: UInt8(ascii: ",")),
            line[(comma + 1)...].starts(with: "\"topic\":".utf8)
        else { return nil }
        let rest = line[comma...]
        for place in rest.indices.suffix(Ledger.tailMax) where rest[place] == UInt8(ascii: ",") {
            guard rest[place...].starts(with: Ledger.again) else { continue }
            return (rest[..<place] + rest[(place + Ledger.again.count)...]).hashed
        }
        return rest.hashed
    }

    static func isMark(_ line: ArraySlice<UInt8>) -> Bool {
        guard let comma = line.prefix(48).firstIndex(of: UInt8(ascii: ",")) else { return false }
        return line[(comma + 1)...].starts(with: "\"tick\":".utf8)
    }

    private static let again = Array(",\"dup\":true".utf8)
    /// What stands behind a payload is no longer.
    private static let tailMax = 160

    static func key(_ message: InboundMessage) -> Int {
        key(Line.message(Arrival(message, at: PlantTime(ms: 0))).bytes[...]) ?? 0
    }

    /// Whole lines that the disk has now.
    func isDurable(_ bytes: ArraySlice<UInt8>) {
        state.withLock { state in
            for line in bytes.split(separator: 0x0A) {
                if let key = Ledger.key(line) {
                    state.durable.insert(key)
                } else if Ledger.isMark(line),
                    let read = try? Line(bytes: Array(line), start: .earliest, number: 0),  // half a line is none
                    case .mark(let mark) = read.body
                {
                    see(mark, at: read.t, &state)
                }
            }
        }
    }

    private func see(_ mark: Mark, at t: PlantTime, _ state: inout State) {
        if mark.tick != state.tick + 1 {
            violate(.ticksInOrder, "the mark of tick \(mark.tick) follows that of tick \(state.tick)", &state)
        }
        state.tick = mark.tick
        state.markedAt = max(state.markedAt, t)
        state.seenAt = clocks.now
        state.count.ticks += 1
    }

    /// The twin lets PUBACKs leave.
    func acknowledges(_ messages: [InboundMessage]) {
        state.withLock { state in
            for message in messages {
                // The broker keeps what is retained, and what twins say is no reading.
                if message.retain || message.topic.contains("/twin/") { continue }
                let key = Ledger.key(message)
                state.acknowledged.insert(key)
                state.count.acknowledged += 1
                if !state.durable.contains(key) {
                    violate(.acknowledgedIsDurable, "\(message.topic) was acknowledged and is not on the disk", &state)
                }
            }
        }
    }

    /// What is in the journal at the end.
    func isLeft(_ keys: Set<Int>, owed: Set<Int>) {
        state.withLock { state in
            let lost = state.acknowledged.subtracting(keys).count
            if lost > 0 {
                violate(.acknowledgedIsDurable, "\(lost) messages were acknowledged and are not in the journal", &state)
            }
            let never = owed.subtracting(keys).count
            if never > 0 {
                violate(.nothingOwedIsLost, "\(never) messages of QoS 1 never came into the journal", &state)
            }
        }
    }

    // MARK: - The broker

    /// Of them on one topic: a broker that hangs gets some words of one kind before that is seen. What is overtaken
    /// while a link is down does not wait.
    private static let onOneTopicMax = 12

    /// Publications wait for the broker.
    func waits(_ count: Int, onOneTopic: Int) {
        if onOneTopic > Ledger.onOneTopicMax {
            violate(.bounded, "\(onOneTopic) publications on one topic wait, at most \(Ledger.onOneTopicMax) may")
        }
        if count > waitingMax {
            violate(.bounded, "\(count) publications wait, at most \(waitingMax) may")
        }
    }

    /// Publications leave for the broker together.
    func leave(_ messages: [OutboundMessage]) {
        state.withLock { state in
            var topics: Set<String> = []
            for message in messages {
                state.count.published += 1
                guard message.topic.hasSuffix("/cmd") else { continue }
                check(message, &state)
                if !topics.insert(message.topic).inserted {
                    violate(.overtaken, "two commands left for \(message.topic) together", &state)
                }
            }
        }
    }

    private func check(_ message: OutboundMessage, _ state: inout State) {
        state.count.commands += 1
        guard let json = try? JSONReader.read(message.payload), let id = json["id"]?.text,  // no command without
            let expires = json["expires"]?.text.flatMap({ PlantTime(rfc3339: $0) }),
            let tick = id.split(separator: "-").dropFirst().first.flatMap({ Int($0) })
        else {
            return violate(
                .limits, "\(message.topic): no command: \(String(decoding: message.payload, as: UTF8.self))", &state)
        }
        let known = known(state)
        if expires <= known {
            violate(.inTime, "command \(id) left at \(known.rfc3339), it expires at \(expires.rfc3339)", &state)
        }
        if clock == .wall, message.expiryS == nil { violate(.inTime, "command \(id) left without an expiry", &state) }
        if message.retain { violate(.neverRetained, "command \(id) was retained", &state) }
        if tick > state.tick {
            violate(.markBeforeCommand, "command \(id) left before its mark was on the disk", &state)
        }
        if let before = state.commands.updateValue(message.payload, forKey: id), before != message.payload {
            violate(.oneIDOneCommand, "command \(id) left with other contents than before", &state)
        }
        let control = config.assets.first { message.topic.contains("/\($0.path.text)/") }?.kind.control
        guard let control else { return violate(.limits, "command \(id): \(message.topic) takes none", &state) }
        if let value = json["value"]?.double, !control.range.widened.contains(value) {
            violate(.limits, "command \(id): \(value) is beyond the limits of \(message.topic)", &state)
        }
    }

    /// What the twin knows of the time. Under the wall clock it is what both of its clocks say: the one that may be set, and
    /// the one that goes on; under the event clock its last mark.
    private func known(_ state: State) -> PlantTime {
        guard clock == .wall, state.tick > 0 else { return state.markedAt }
        return max(state.markedAt, min(clocks.wallNow, state.markedAt + (clocks.now - state.seenAt)))
    }

    // MARK: - The step

    func closed(_ outcome: TickOutcome) {
        state.withLock { state in
            for value in outcome.values {
                let number = value.used.value
                if !number.isFinite || (value.key == "soc_fraction" && !(0...1).contains(number)) {
                    violate(
                        .limits,
                        "tick \(outcome.tick): \(value.area.rawValue)/\(value.asset)/\(value.key) is \(number)", &state)
                }
            }
            for row in outcome.changedRows { check(row, &state) }
        }
    }

    private func check(_ row: PeriodRow, _ state: inout State) {
        for bus in Bus.allCases where bus != .fuel {
            func sum(_ accounts: [Account]) -> Energy { accounts.reduce(.zero) { $0 + row[$1].energy } }
            let error = sum(bus.sheet.sources) - sum(bus.sheet.uses)
            if error != .zero {
                violate(
                    .energyCloses, "the \(bus) of \(row.start.rfc3339) does not close by \(error.kilowattHours) kWh",
                    &state)
            }
        }
        check(row.counts, "of \(row.start.rfc3339)", &state)
    }

    func check(_ summary: Summary) { state.withLock { check(summary.counts, "of the run", &$0) } }

    private func check(_ counts: Counts, _ of: String, _ state: inout State) {
        let parts = counts.accepted + counts.rejectedTotal + counts.duplicates + counts.shed
        if counts.messages != parts {
            violate(.allIsCounted, "\(counts.messages) messages \(of), and \(parts) are told of", &state)
        }
    }
}

extension ArraySlice<UInt8> {
    /// The same in every process (FNV-1a 64).
    fileprivate var hashed: Int {
        Int(truncatingIfNeeded: reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }
}

extension ClosedRange<Double> {
    /// Set-points are told with three decimals.
    fileprivate var widened: ClosedRange<Double> { lowerBound - 0.001...upperBound + 0.001 }
}
