import TwinCore

/// What every set-point passes before it may leave: finite, ramp, device limits and reserve, site limits, departures.
///
/// The gate holds a wish back to what is safe and says what held it; it widens one only where a device would do more
/// by itself: for its minimum and for departures. It is no protection device: those stay in the plant.
public struct SafetyGate: Sendable, Hashable {
    /// A set-point on its way through the gate.
    public struct Passage: Sendable {
        /// Where the asset's offer stands.
        public let place: Int
        public fileprivate(set) var value: Double
        /// The set-point in force, kW; `resting` before the first one.
        let last: Double
        let reason: Reason
        private let wasNumber: Bool
        private var held: [Limit.Name] = []

        public init(_ place: Int, _ value: Double, last: Double, reason: Reason = Reason("")) {
            self.place = place
            self.value = value.isFinite ? value : 0
            self.last = last
            self.reason = reason
            wasNumber = value.isFinite
        }

        /// The wish's reason with what the gate has to say.
        public func text(_ reason: String) -> String {
            let start = wasNumber ? reason : "gate: set-point was not a number; \(reason)"
            return held.isEmpty ? start : "\(start); held by \(held.map(\.rawValue).joined(separator: ", "))"
        }

        fileprivate mutating func hold(_ limited: Double, _ by: Limit.Name) {
            if limited != value, !held.contains(by) { held.append(by) }
            value = limited
        }

        fileprivate mutating func hold(_ limit: Limit?) {
            if let limit { hold(limit.held(value), limit.name) }
        }

        /// What a site limit leaves; where the hard limit gives back all of the cut, nothing was held.
        fileprivate mutating func cut(_ limited: Double, _ by: Limit.Name, _ hardLimit: Limit?) {
            if hardLimit?.held(limited) ?? limited != value { hold(limited, by) }
        }
    }

    /// Grid connection, kW.
    public var importMaxKW: Double
    public var exportMaxKW: Double

    public init(importMaxKW: Double, exportMaxKW: Double) {
        self.importMaxKW = importMaxKW
        self.exportMaxKW = exportMaxKW
    }

    /// Passes all wishes of a mark. What does not fit the connection is cut from the last in the order on, so the
    /// first has the first claim on it.
    /// - Parameters:
    ///   - passages: leave with the set-points that may leave.
    ///   - netKW: what the site imports now, kW; negative exports.
    public func pass(_ passages: inout [Passage], _ offers: [Offer], netKW: Double) {
        var net = ExpectedNet(netKW: netKW)
        for index in passages.indices {
            let asset = offers[passages[index].place]
            holdToDevice(&passages[index], asset)
            finish(&passages[index], asset)
            net.plan(asset, passages[index].value)
        }
        let fits = net.mostKW <= importMaxKW && net.leastKW >= -exportMaxKW
        if !fits { cutFromTheLast(&passages, offers, &net) }
        // No set-point says -0.
        for index in passages.indices where passages[index].value == 0 { passages[index].value = 0 }
    }

    private func cutFromTheLast(_ passages: inout [Passage], _ offers: [Offer], _ net: inout ExpectedNet) {
        for index in passages.indices.reversed() {
            let (asset, before) = (offers[passages[index].place], passages[index].value)
            net.remove(asset, before)
            passages[index].cut(withinImport(passages[index].value, asset, net), .importLimit, asset.hardLimit)
            passages[index].cut(withinExport(passages[index].value, asset, net), .exportLimit, asset.hardLimit)
            if passages[index].value != before { finish(&passages[index], asset) }
            net.add(asset, passages[index].value)
        }
    }

    private func holdToDevice(_ passage: inout Passage, _ asset: Offer) {
        // Ramp first: whatever comes after may cut a set-point at once, but never raise it. Rest is always in reach:
        // a failsafe must not wait for a ramp.
        let (last, ramp) = (passage.last, asset.rampKWPerStep)
        passage.hold(min(max(passage.value, min(last - ramp, 0)), max(last + ramp, 0)), .ramp)
        passage.hold(asset.size)
        passage.hold(asset.giving)
        passage.hold(asset.taking)
    }

    /// What it may draw, under a ceiling too, fits into what the others leave of the import.
    private func withinImport(_ value: Double, _ asset: Offer, _ net: ExpectedNet) -> Double {
        let room = max(0, importMaxKW - net.mostKW)
        guard -asset.comingOnBus(value).lowerBound > room else { return value }
        let limited = -room / asset.busKWPerKW
        return abs(limited) < abs(value) ? limited : value
    }

    private func withinExport(_ value: Double, _ asset: Offer, _ net: ExpectedNet) -> Double {
        let room = max(0, net.leastKW + exportMaxKW)
        guard asset.comingOnBus(value).upperBound > room else { return value }
        guard asset.ownRampKWPerStep.isFinite else { return min(value, room / asset.busKWPerKW) }
        // As low as its minimum and its ramp let it run, else it goes to rest.
        let reduced = min(value, max(room, minimum(asset)))
        return asset.comingOnBus(reduced).upperBound <= room ? reduced : 0
    }

    /// In tenths, then what the device does by itself: its minimum, and what departures need. A word has no tenths:
    /// what is not wholly allowed is not done.
    private func finish(_ passage: inout Passage, _ asset: Offer) {
        passage.value =
            asset.action.isWord
            ? passage.value.rounded(.towardZero) : (passage.value * 10).rounded(.towardZero) / 10
        if passage.value > 0 { passage.hold(max(passage.value, minimum(asset)), .minimum) }
        passage.hold(asset.hardLimit)
    }

    private func minimum(_ asset: Offer) -> Double {
        min((asset.minimumKW * 10).rounded(.up) / 10, asset.ratingKW)
    }
}
