import TwinCore

/// What a meter's register is worth, seen against itself, against what its asset can do, and against the power beside it.
///
/// A register that stands says nothing until it moves: a slow one then tells of the whole time since it last did. A reading
/// that falls or leaps is not believed before the next one follows from it: one bad reading is one bad reading. A register
/// that moves by another measure than the power beside it is a contradiction until both agree again.
struct RegisterWatch: Sendable, Codable {
    struct Reading: Sendable, Hashable, Codable {
        var at: PlantTime
        var kWh: Double
    }

    /// Mean power over a time, as the register tells it.
    struct Stretch: Sendable, Hashable {
        var from: PlantTime
        var to: PlantTime
        var kW: Double
    }

    /// What the power beside a register says of a time; nil where there is none.
    struct Flow: Sendable, Hashable {
        var kWh: Double
        /// Whether it was measured through all of the time.
        var isWhole = true
    }
    typealias Beside = (_ from: PlantTime, _ to: PlantTime) -> Flow?

    enum Fault: Sendable, Hashable, Codable {
        /// Stands while the power beside it flows.
        case stands
        /// The power beside it says so many times as much. The larger counts where the asset can do it: a dead or wrong
        /// meter rather tells too little, and a figure must not fall by a fault.
        case differs(factor: Double, registerCounts: Bool)
    }

    /// What a reading tells.
    struct Verdict: Sendable, Hashable {
        var stretch: Stretch?
        /// What the register told from then on is taken back.
        var takenBackFrom: PlantTime?
        /// Since when register and power were compared; nil where they were not.
        var comparedFrom: PlantTime?
    }

    /// Of a full-load minute: a fall by less is the jitter of a count.
    static let jitterHours = 1.0 / 60
    /// A register that never moved may be this slow; one that moved, twice as slow as it was.
    static let quietFirst = Span.hours(2)
    static let quietMin = Span.minutes(30)
    /// Less than a final period, so that what it tells at last can still be booked.
    static let quietMax = Span.hours(20)
    /// Register and power are compared over this long, and over so many counts, at the least.
    static let comparedMin = Span.minutes(5)
    static let comparedCountsMin = 20.0
    /// Beyond this ratio, either way, one of the two measures something else. Sampled power strays by less.
    static let ratioMax = 1.5
    /// A meter at full load may read so much above its rating.
    static let ratingMargin = 1.1

    /// Place of the power beside it among the signals.
    let beside: Int?
    /// The latest reading that moved.
    private var anchor: Reading?
    private var latest = PlantTime.earliest
    /// What the next reading must prove.
    private var doubtful: Reading?
    /// Smallest step yet, kWh: a count is no larger.
    private var stepMin: Double?
    /// Between the last two moves.
    private var rhythm: Span?
    /// What register and power told since they last agreed, kWh.
    private var told = 0.0
    private var flowed = 0.0
    private var comparedFrom: PlantTime?
    private(set) var fault: Fault?
    private var preference: Preference?

    private enum CodingKeys: String, CodingKey {
        case beside, anchor, latest, doubtful, stepMin, rhythm, told, flowed, comparedFrom, fault
    }

    init(beside: Int?) { self.beside = beside }

    /// Whether the last reading fell or leapt.
    var isDoubtful: Bool { doubtful != nil }

    private var isBelieved: Bool { if case .differs(_, registerCounts: false) = fault { false } else { true } }

    /// Whether it tells another measure than the power beside it.
    var isContradicted: Bool { if case .differs = fault { true } else { false } }

    /// Whether a reading is later than all before it; an older one adds nothing, for the next holds its energy.
    func isNews(_ at: PlantTime) -> Bool { at > latest }

    /// - Parameters:
    ///   - maxKW: largest mean power that is believed.
    ///   - preference: what counts of two that differ; nil is the larger.
    mutating func take(
        _ reading: Reading, maxKW: Double, prefer preference: Preference? = nil, beside power: Beside
    ) -> Verdict {
        self.preference = preference
        latest = reading.at
        guard let anchor else {
            self.anchor = reading
            return Verdict()
        }
        if follows(reading, anchor, maxKW) {
            doubtful = nil
            return reading.kWh == anchor.kWh ? rest(reading, anchor, maxKW, power) : move(reading, anchor, maxKW, power)
        }
        if let doubtful, follows(reading, doubtful, maxKW) {
            // A new register, or an old one set to a new number.
            self.anchor = doubtful
            self.doubtful = nil
            forgetComparison()
            return reading.kWh == doubtful.kWh ? Verdict() : move(reading, doubtful, maxKW, power)
        }
        if reading.kWh < anchor.kWh, anchor.kWh - reading.kWh <= ratedKW(maxKW) * Self.jitterHours {
            return Verdict()
        }
        doubtful = reading
        return Verdict()
    }

    private func ratedKW(_ maxKW: Double) -> Double { maxKW / SignalSpec.counterMargin }

    private func follows(_ reading: Reading, _ before: Reading, _ maxKW: Double) -> Bool {
        guard reading.at > before.at else { return false }
        return (0...maxKW).contains((reading.kWh - before.kWh) / (reading.at - before.at).hours)
    }

    private mutating func move(
        _ reading: Reading, _ before: Reading, _ maxKW: Double, _ power: Beside
    ) -> Verdict {
        let kWh = reading.kWh - before.kWh
        stepMin = min(stepMin ?? kWh, kWh)
        rhythm = reading.at - before.at
        anchor = reading
        if fault == .stands { fault = nil }
        var verdict = Verdict(
            stretch: Stretch(from: before.at, to: reading.at, kW: kWh / (reading.at - before.at).hours))
        if let beside = power(before.at, reading.at), beside.isWhole {
            verdict.comparedFrom = comparedFrom ?? before.at
            verdict.takenBackFrom = compare(
                kWh, beside.kWh, from: before.at, to: reading.at, mostKW: Self.ratingMargin * ratedKW(maxKW))
        } else {
            forgetComparison()
        }
        if case .differs(_, registerCounts: false) = fault { verdict.stretch = nil }
        return verdict
    }

    /// Returns from when on the register is not believed, where that is found now.
    private mutating func compare(
        _ kWh: Double, _ besideKWh: Double, from: PlantTime, to: PlantTime, mostKW: Double
    ) -> PlantTime? {
        let since = comparedFrom ?? from
        comparedFrom = since
        told += kWh
        flowed += besideKWh
        let (less, more) = (min(told, flowed), max(told, flowed))
        guard to - since >= Self.comparedMin, more >= Self.comparedCountsMin * (stepMin ?? 0) else { return nil }
        let isApart = more > Self.ratioMax * max(less, 0) + 2 * (stepMin ?? 0)
        let wasBelieved = isBelieved
        if isApart {
            let canBeMore = more <= mostKW * (to - since).hours
            let registerCounts = preference.map { $0 == .register } ?? ((told > flowed) == canBeMore)
            fault = .differs(factor: flowed / told, registerCounts: registerCounts)
        } else if case .differs = fault {
            fault = nil
        }
        forgetComparison()
        return wasBelieved && !isBelieved ? since : nil
    }

    private mutating func forgetComparison() { (told, flowed, comparedFrom) = (0, 0, nil) }

    /// A register that stands longer than it is slow is at rest, unless the power beside it flows.
    private mutating func rest(
        _ reading: Reading, _ anchor: Reading, _ maxKW: Double, _ power: Beside
    ) -> Verdict {
        let quiet = reading.at - anchor.at
        let slowness = rhythm.map { min(max(2 * $0, Self.quietMin), Self.quietMax) }
        // Of a power that was silent in between, what it told while it spoke is enough.
        let flowed = power(anchor.at, reading.at)?.kWh
        // One in a hundred of full load is noise of a meter at rest.
        let noise = 0.01 * ratedKW(maxKW) * quiet.hours
        if let flowed, flowed > noise, flowed > 2 * (stepMin ?? 0) {
            if quiet >= slowness ?? Self.quietMin { fault = .stands }
            return Verdict()
        }
        if fault == .stands { fault = nil }
        guard quiet >= slowness ?? Self.quietFirst else { return Verdict() }
        self.anchor = reading
        return Verdict(stretch: Stretch(from: anchor.at, to: reading.at, kW: 0))
    }
}

extension RegisterWatch {
    var alarm: AlarmCode? {
        switch fault {
        case .differs(let factor, _): UnitFactor(factor) == nil ? .conflict : .unit
        case .stands: .counter
        case nil: isDoubtful ? .counter : nil
        }
    }
}

extension RegisterWatch.Fault {
    /// Both sides, for people.
    func sentence(register: String, beside: String?) -> String {
        let power = beside ?? "the power beside it"
        switch self {
        case .stands: return "\(register) stands still while \(power) flows; \(power) counts"
        case .differs(let factor, let registerCounts):
            let counts = "\(registerCounts ? register : power) counts"
            guard factor > 1e-9 else { return "\(power) tells nothing while \(register) moves; \(counts)" }
            let times = factor >= 1 ? factor : 1 / factor
            let sides = factor >= 1 ? "\(power) tells" : "\(register) tells"
            let other = factor >= 1 ? register : power
            let unit = UnitFactor(factor).map { ", as of \($0.words)" } ?? ""
            return "\(sides) \(oneDecimal(times)) times what \(other) does\(unit); \(counts)"
        }
    }
}

/// A ratio of two readings of one thing that looks like a wrong unit.
enum UnitFactor: CaseIterable {
    case thousand, joules, gas

    /// Nil for a factor that is none of them; either way round.
    /// - Parameter tolerance: of what is no better known; a meter is known to `tolerance` of its unit.
    init?(_ factor: Double, tolerance: Double? = nil) {
        guard factor > 0 else { return nil }
        let times = factor >= 1 ? factor : 1 / factor
        let found = Self.allCases.first { abs(times / $0.factor - 1) < tolerance ?? $0.tolerance }
        guard let found else { return nil }
        self = found
    }

    private var factor: Double {
        switch self {
        case .thousand: 1000
        case .joules: 3.6
        // A cubic metre of natural gas, kWh (calorific value 39.5 MJ/m3, volume correction 1.02264).
        case .gas: 11.2
        }
    }

    private var tolerance: Double { self == .gas ? 0.05 : 0.02 }

    var words: String {
        switch self {
        case .thousand: "k for M, or none for k"
        case .joules: "MJ for kWh"
        case .gas: "m3 for kWh"
        }
    }
}

private func oneDecimal(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
