import TwinCore

/// What every set-point passes before it may leave: finite, ramp, device limits and reserve, site limits, departures.
///
/// The gate holds a wish back to what is safe and says what held it; it widens one only where a device would do more
/// by itself: for its minimum and for departures. It is no protection device: those stay in the plant.
public struct SafetyGate: Sendable, Hashable {
    /// A wish at the gate.
    public struct Request: Sendable, Hashable {
        public var wish: SetPoint
        public var asset: Offer
        /// The set-point in force, kW; `resting` before the first one.
        public var last: Double

        public init(_ wish: SetPoint, _ asset: Offer, last: Double) {
            self.wish = wish
            self.asset = asset
            self.last = last
        }
    }

    /// A set-point on its way through the gate.
    private struct Passage {
        var asset: Offer
        var value: Double
        var held: [String] = []

        mutating func hold(_ limited: Double, _ by: String) {
            if limited != value, !held.contains(by) { held.append(by) }
            value = limited
        }

        /// What a site limit leaves; where the hard limit gives back all of the cut, nothing was held.
        mutating func cut(_ limited: Double, _ by: String) {
            if needed(limited) != value { hold(limited, by) }
        }

        func needed(_ value: Double) -> Double {
            guard let range = asset.hardLimit?.range else { return value }
            return min(max(value, range.lowerBound), range.upperBound)
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
    /// - Parameter netKW: what the site imports now, kW; negative exports.
    /// - Returns: the set-points that may leave, in the same order, with what limited each in its reason.
    public func pass(_ requests: [Request], netKW: Double) -> [SetPoint] {
        var net = ExpectedNet(netKW: netKW)
        var passages = requests.map { request in
            var passage = withinDevice(request)
            finish(&passage)
            net.plan(passage.asset, passage.value)
            return passage
        }
        let fits = net.mostKW <= importMaxKW && net.leastKW >= -exportMaxKW
        if !fits { cutFromTheLast(&passages, &net) }
        return zip(requests, passages).map { request, passage in
            let wish = request.wish
            let start = wish.value.isFinite ? wish.reason : "gate: set-point was not a number; \(wish.reason)"
            let end = passage.held.isEmpty ? "" : "; held by \(passage.held.joined(separator: ", "))"
            return SetPoint(
                wish.path, wish.action, passage.value == 0 ? 0 : passage.value, reason: start + end,
                fallback: request.asset.fallback)
        }
    }

    private func cutFromTheLast(_ passages: inout [Passage], _ net: inout ExpectedNet) {
        for index in passages.indices.reversed() {
            let (asset, before) = (passages[index].asset, passages[index].value)
            net.remove(asset, before)
            passages[index].cut(withinImport(passages[index].value, asset, net), "import limit")
            passages[index].cut(withinExport(passages[index].value, asset, net), "export limit")
            if passages[index].value != before { finish(&passages[index]) }
            net.add(asset, passages[index].value)
        }
    }

    private func withinDevice(_ request: Request) -> Passage {
        let (asset, last) = (request.asset, request.last)
        var passage = Passage(asset: asset, value: request.wish.value.isFinite ? request.wish.value : 0)
        // Ramp first: whatever comes after may cut a set-point at once, but never raise it. Rest is always in reach:
        // a failsafe must not wait for a ramp.
        let ramp = asset.rampKWPerStep
        passage.hold(min(max(passage.value, min(last - ramp, 0)), max(last + ramp, 0)), "ramp")
        for limit in asset.limits {
            passage.hold(min(max(passage.value, limit.range.lowerBound), limit.range.upperBound), limit.name)
        }
        return passage
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
    private func finish(_ passage: inout Passage) {
        passage.value =
            passage.asset.action.words.isEmpty
            ? (passage.value * 10).rounded(.towardZero) / 10 : passage.value.rounded(.towardZero)
        if passage.value > 0 { passage.hold(max(passage.value, minimum(passage.asset)), "minimum") }
        if let hard = passage.asset.hardLimit { passage.hold(passage.needed(passage.value), hard.name) }
    }

    private func minimum(_ asset: Offer) -> Double {
        min((asset.minimumKW * 10).rounded(.up) / 10, asset.ratingKW)
    }
}
