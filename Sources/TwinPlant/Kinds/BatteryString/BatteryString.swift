/// A string of reused LEAF packs side by side behind one converter: each pack has its own state of health, the
/// weakest one ends the discharge and the charge of all.
public struct BatteryString: Sendable, Hashable {
    public struct Parameters: Sendable, Hashable {
        /// AC rating of the converter both ways, kW.
        public var ratedKW: Double
        /// Energy of each pack between empty and full as it is today, kWh.
        public var packKWh: [Double]
        public var socMin: Double
        public var socMax: Double
        /// Converter (0.965 to 0.975 one way), or all losses where packs are not known: AC to cell and cell to AC.
        public var chargeEfficiency: Double
        public var dischargeEfficiency: Double
        /// Direct-current loss of a pack at a discharge in three hours, one way (0.015 to 0.025), growing with current.
        public var packLossAtThirdC: Double
        /// Battery management and ventilation, kW.
        public var standbyKW: Double

        public init(
            ratedKW: Double, packKWh: [Double], socMin: Double, socMax: Double, chargeEfficiency: Double,
            dischargeEfficiency: Double, packLossAtThirdC: Double, standbyKW: Double
        ) {
            self.ratedKW = ratedKW
            self.packKWh = packKWh.map { max($0, 0.001) }
            self.socMin = socMin
            self.socMax = socMax
            self.chargeEfficiency = chargeEfficiency
            self.dischargeEfficiency = dischargeEfficiency
            self.packLossAtThirdC = packLossAtThirdC
            self.standbyKW = standbyKW
        }
    }

    public let parameters: Parameters
    /// State of charge by pack, 0...1.
    public private(set) var socs: [Double]
    private let totalKWh: Double
    /// Share of the string's power that a pack takes: by its resistance, so a little less than by its energy.
    private let shares: [Double]

    public init(_ parameters: Parameters, soc: Double) {
        self.parameters = parameters
        totalKWh = parameters.packKWh.reduce(0, +)
        socs = parameters.packKWh.map { _ in min(max(soc, 0), 1) }
        let mean = totalKWh / Double(max(parameters.packKWh.count, 1))
        // A weak pack has the higher resistance too; it is relieved by a tenth of its weakness.
        let raw = parameters.packKWh.map { $0 * (1 + 0.1 * ($0 / mean - 1)) }
        let sum = raw.reduce(0, +)
        shares = raw.map { $0 / sum }
    }

    /// Weighted by energy, 0...1.
    public var meanSOC: Double {
        var stored = 0.0
        for index in socs.indices { stored += socs[index] * parameters.packKWh[index] }
        return stored / totalKWh
    }

    /// Direct-current power at the packs for an AC power; losses grow with the square of the current.
    private func packKW(_ acKW: Double) -> Double {
        let inner = acKW >= 0 ? acKW / parameters.dischargeEfficiency : acKW * parameters.chargeEfficiency
        let rate = abs(inner) / totalKWh
        let loss = parameters.packLossAtThirdC * 3 * rate * abs(inner)
        return inner + loss
    }

    /// The AC power that moves the packs with `packKW`: the inverse of `packKW(_:)`.
    private func acKW(_ packKW: Double) -> Double {
        let k = 3 * parameters.packLossAtThirdC / totalKWh
        guard k > 0 else {
            return packKW >= 0 ? packKW * parameters.dischargeEfficiency : packKW / parameters.chargeEfficiency
        }
        if packKW >= 0 {
            return ((1 + 4 * k * packKW).squareRoot() - 1) / (2 * k) * parameters.dischargeEfficiency
        }
        let root = max(0, 1 + 4 * k * packKW).squareRoot()
        return -(1 - root) / (2 * k) / parameters.chargeEfficiency
    }

    /// The part of an AC power (positive discharges) that the rating and the weakest pack allow over `hours`, without
    /// the own use, kW.
    public func feasibleKW(_ powerKW: Double, hours: Double) -> Double {
        guard hours > 0, hours.isFinite else { return 0 }
        let wanted = powerKW.isFinite ? min(max(powerKW, -parameters.ratedKW), parameters.ratedKW) : 0
        let inner = packKW(wanted)
        var scale = 1.0
        for index in socs.indices where inner != 0 {
            let move = inner * shares[index] * hours / parameters.packKWh[index]
            let room = inner > 0 ? socs[index] - parameters.socMin : parameters.socMax - socs[index]
            if abs(move) > max(0, room) { scale = min(scale, max(0, room) / abs(move)) }
        }
        return scale < 1 ? acKW(inner * scale) : wanted
    }

    /// Moves the packs by an AC power that was held for `hours`; the window of charge is not asked.
    public mutating func hold(powerKW: Double, hours: Double) {
        guard powerKW.isFinite, hours > 0, hours.isFinite else { return }
        let inner = packKW(powerKW)
        for index in socs.indices {
            socs[index] -= inner * shares[index] * hours / parameters.packKWh[index]
            socs[index] = min(max(socs[index], 0), 1)
        }
    }

    /// Goes on from what a meter told.
    mutating func correct(soc: Double) {
        guard soc != meanSOC else { return }
        for index in socs.indices { socs[index] = soc }
    }
}

extension BatteryString: Remembered {
    public var numbers: [Double] { socs }

    public mutating func take(_ numbers: [Double]) {
        if numbers.count == socs.count { socs = numbers.map { min(max($0, 0), 1) } }
    }
}
