public import TwinCore

/// Why a rule wants what it wants. Most set-points renew a lease and few are read: a reason becomes text where it is.
public struct Reason: Sendable {
    /// With a `%` for each number, which is shown without its fraction.
    private let sentence: StaticString
    private let numbers: (Double, Double, Double, Double, Double)
    /// What is not measured well enough, said in brackets.
    private let quality: Quality?
    /// What else must be said.
    private var addition: StaticString?
    private var waits = false
    private var until: PlantTime?
    /// What its carbon costs.
    private var cost: CostPerTonne?
    /// Who asked for the peak that it is about.
    private var request: String?
    /// Of a planned set-point: what another choice would cost.
    private var other: (reason: PlanReason, isSource: Bool)?
    /// Of what something is worth or costs; empty where nobody knows.
    private var currency = ""

    public init(
        _ sentence: StaticString, _ first: Double = 0, _ second: Double = 0, _ third: Double = 0,
        _ fourth: Double = 0, _ fifth: Double = 0, quality: Quality? = nil
    ) {
        self.sentence = sentence
        numbers = (first, second, third, fourth, fifth)
        self.quality = quality
    }

    func adding(_ addition: StaticString) -> Reason {
        var reason = self
        reason.addition = addition
        return reason
    }

    func at(_ cost: CostPerTonne?) -> Reason {
        var reason = self
        reason.cost = cost
        return reason
    }

    func against(_ other: PlanReason?, isSource: Bool = false, _ currency: String) -> Reason {
        var reason = self
        reason.other = other.map { ($0, isSource) }
        reason.currency = currency
        return reason
    }

    /// The same, where it is about a peak that a request sets.
    func asked(by request: String) -> Reason {
        let isOfPeak = ["peak", "gas: % kW more would pass"].contains { sentence.description.hasPrefix($0) }
        guard isOfPeak else { return self }
        var reason = self
        reason.request = request
        return reason
    }

    func until(_ time: PlantTime) -> Reason {
        var reason = self
        reason.until = time
        return reason
    }

    /// Of a set-point that stays as it is although this is wished.
    func waiting() -> Reason {
        var reason = self
        reason.waits = true
        return reason
    }

    /// Of the `%` at a place, from 1 on.
    private func number(_ place: Int) -> Double {
        switch place {
        case 1: numbers.0
        case 2: numbers.1
        case 3: numbers.2
        case 4: numbers.3
        default: numbers.4
        }
    }

    public var text: String {
        var text = ""
        var place = 0
        for part in sentence.description.split(separator: "%", omittingEmptySubsequences: false) {
            if place > 0 {
                let isMoney = ["is worth ", "costs "].contains { text.hasSuffix($0) }
                text += whole(number(place)) + (isMoney && !currency.isEmpty ? " \(currency)" : "")
            }
            text += part
            place += 1
        }
        if let request { text += ", asked by request \(request)" }
        if let until { text += " until \(until.rfc3339)" }
        if let quality { text += " (\(quality.rawValue))" }
        if let cost { text += "; \(cost.text)" }
        if let other { text += "; \(other.reason.sentence(isSource: other.isSource, currency))" }
        if let addition { text += "; \(addition)" }
        if waits { text += "; the change waits" }
        return text
    }
}

/// Text of a number without its fraction.
func whole(_ value: Double) -> String { "\(Int64(exactly: value.rounded(.toNearestOrEven)) ?? 0)" }
