public import TwinCore

/// A gas burner of a process that can be told to need less: booth supply air, a dual-fuel oven, a thermal oxidiser.
///
/// What it burns follows a degree-day regression as the shops' do. Supply air follows its set-point, an oven gives part
/// of its heat to electric elements, an oxidiser is turned down while no body needs its exhaust burnt.
public struct ProcessBurner: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case supplyAir = "supply_air"
        case oven, oxidiser
    }

    /// What an oxidiser does; the order is from least to most gas.
    public enum Mode: Int, Sendable, Hashable, CaseIterable {
        case off, idle, run

        public var name: String { "\(self)" }

        public init?(name: String) {
            guard let mode = Mode.allCases.first(where: { $0.name == name }) else { return nil }
            self = mode
        }
    }

    /// Air temperature that the paint process takes, degC.
    public struct AirWindow: Sendable, Hashable {
        public var low: Double
        public var design: Double
        public var high: Double

        /// - Parameters: ascending.
        public init(low: Double, design: Double, high: Double) {
            self.low = low
            self.design = design
            self.high = high
        }
    }

    /// Electric elements of a dual-fuel oven.
    public struct Elements: Sendable, Hashable {
        /// Electric, kW.
        public var ratedKW: Double
        /// Useful heat per electricity, 0...1.
        public var efficiency: Double
        /// How long they stay off once they are off: contactors and lining do not take every cloud.
        public var rest: Span

        public init(ratedKW: Double, efficiency: Double, rest: Span) {
            self.ratedKW = ratedKW
            self.efficiency = efficiency
            self.rest = rest
        }
    }

    /// What the burner is told; what is no business of its kind changes nothing.
    public struct Setting: Sendable, Hashable {
        /// Of supply air, degC; nil is the design.
        public var airC: Double?
        public var isElectric: Bool
        public var mode: Mode

        public init(airC: Double? = nil, isElectric: Bool = false, mode: Mode = .run) {
            self.airC = airC
            self.isElectric = isElectric
            self.mode = mode
        }
    }

    /// One step of a burner, means in kW.
    public struct Output: Sendable, Hashable {
        /// Gross calorific value.
        public var gasKW = 0.0
        /// What the elements draw.
        public var electricKW = 0.0
        /// What the elements would draw if they were on.
        public var canElectricKW = 0.0
    }

    public var kind: Kind
    /// Gas alone, at the design set-point and full operation.
    public var demand: EnergyModel
    /// Useful heat per gas, 0...1.
    public var efficiency: Double
    public var gasMaxKW: Double
    /// Supply air only.
    public var air: AirWindow?
    /// Dual-fuel ovens only.
    public var elements: Elements?
    /// Oxidisers: gas when turned down over that of a production day without vehicles, 0...1.
    public var idleFraction: Double

    public init(
        kind: Kind, demand: EnergyModel, efficiency: Double, gasMaxKW: Double, air: AirWindow? = nil,
        elements: Elements? = nil, idleFraction: Double = 1
    ) {
        self.kind = kind
        self.demand = demand
        self.efficiency = min(max(efficiency, 0.01), 1)
        self.gasMaxKW = gasMaxKW
        self.air = air
        self.elements = elements
        self.idleFraction = idleFraction
    }

    /// What a burner takes under these conditions; the useful heat of an oven is the same from either source.
    public func output(
        _ setting: Setting, isProductionDay: Bool, outdoorC: Double, vehiclesPerHour: Double
    ) -> Output {
        var model = demand
        if let air, let airC = setting.airC { model.heatingBaseC += min(max(airC, air.low), air.high) - air.design }
        let gas = model.gasKW(
            isProductionDay: isProductionDay, outdoorC: outdoorC, vehiclesPerHour: vehiclesPerHour)
        var out = Output(gasKW: min(max(gas, 0), gasMaxKW))
        switch kind {
        case .supplyAir: break
        case .oven:
            guard let elements else { break }
            out.canElectricKW = min(elements.ratedKW, out.gasKW * efficiency / elements.efficiency)
            guard setting.isElectric else { break }
            out.electricKW = out.canElectricKW
            out.gasKW -= out.electricKW * elements.efficiency / efficiency
        case .oxidiser:
            switch setting.mode {
            case .run: break
            case .idle: out.gasKW = min(out.gasKW, idleFraction * demand.gasProductionDayKW)
            case .off: out.gasKW = 0
            }
        }
        out.gasKW = max(0, out.gasKW)
        return out
    }
}
