public import TwinCore

/// The solid-oxide fuel cells on bioethanol, and the tank that feeds them.
public struct FuelCells: Component {
    public struct Parameters: Sendable, Hashable {
        public var asset: String
        /// What the twin believes of the cell: its rating, minimum, efficiency and heat.
        public var model: FuelCell.Parameters
        public var maxAge: Span
        public var stuck: StuckRule?

        public init(asset: String, model: FuelCell.Parameters, maxAge: Span, stuck: StuckRule?) {
            self.asset = asset
            self.model = model
            self.maxAge = maxAge
            self.stuck = stuck
        }

        public var path: AssetPath { AssetPath(.fuelcell, asset) }
        public var meters: [Meter] { [Account.fuelcell, .heatFuelcell, .ethanol].map { Meter($0, path) } }
    }

    /// The ethanol tank.
    public struct Tank: Sendable, Hashable {
        public var asset: String
        public var capacityLitres: Double
        public var maxAge: Span

        public init(asset: String, capacityLitres: Double, maxAge: Span) {
            self.asset = asset
            self.capacityLitres = capacityLitres
            self.maxAge = maxAge
        }
    }

    public struct State: Sendable, Codable {
        var cells: Fleet
        var tanks: Fleet
    }

    public let name = "fuelcell"
    public let filters: [TopicFilter]
    public let parameters: [Parameters]
    public let tanks: [Tank]
    public var state: State
    private let cellSpecs: [[SignalSpec]]
    private let tankSpecs: [[SignalSpec]]

    public var inputs: [AssetInput] {
        zip(parameters, cellSpecs).map { AssetInput($0.path, $1) }
            + zip(tanks, tankSpecs).map { AssetInput(AssetPath(.ethanol, $0.asset), $1) }
    }
    public var meters: [Meter] { parameters.flatMap(\.meters) }

    public init(site: String, _ parameters: [Parameters], tanks: [Tank]) {
        self.parameters = parameters
        self.tanks = tanks
        filters = ["fuelcell", "ethanol"].compactMap { TopicFilter("v1/\(site)/\($0)/+/+") }
        cellSpecs = parameters.map { cell in
            let rated = cell.model.ratedKW
            return [
                // In standby its own pumps and fans draw a little.
                SignalSpec("power_kw", -0.1 * rated...1.1 * rated, maxAge: cell.maxAge),
                SignalSpec("heat_kw", 0...2 * rated, maxAge: cell.maxAge),
                SignalSpec("ethanol_kw", 0...4 * rated, maxAge: cell.maxAge),
                SignalSpec.counter("energy_total_kwh", ratedKW: rated, maxAge: cell.maxAge),
            ]
        }
        tankSpecs = tanks.map { [SignalSpec("volume_l", 0...1.05 * $0.capacityLitres, maxAge: $0.maxAge)] }
        state = State(
            cells: Fleet(parameters.map { (.fuelcell, $0.asset, 4) }, estimated: 3),
            tanks: Fleet(tanks.map { (.ethanol, $0.asset, 1) }, estimated: 0))
    }

    public mutating func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) -> ComponentReply {
        var reply = ComponentReply(image: image)
        let specs = cellSpecs
        let report = state.cells.take(
            slice.filter { $0.area == .fuelcell }, specs: { specs[$0] }, context: context)
        reply.take(report)
        var power = UsedValue(0, .good)
        var heat = UsedValue(0, .good)
        for (index, cell) in parameters.enumerated() {
            let (used, usedHeat) = tick(cell, index, context, &reply)
            power.include(used)
            heat.include(usedHeat)
        }
        reply.image.fuelCellKW = power
        reply.image.fuelCellHeatKW = heat
        reply.cells =
            state.cells.cells(.fuelcell, counter: 3, report, context)
            + state.cells.cells(.heatFuelcell, signal: 1, report, context)
            + state.cells.cells(.ethanol, signal: 2, report, context)
        reply.alarms += state.cells.tripAlarms
        reply.gaps = state.cells.gaps(report, context)
        tickTanks(slice.filter { $0.area == .ethanol }, context, &reply)
        return reply
    }

    /// Fuel and heat that no meter tells follow from the power.
    private mutating func tick(
        _ cell: Parameters, _ index: Int, _ context: TickContext, _ reply: inout ComponentReply
    ) -> (power: UsedValue, heat: UsedValue) {
        // Without a meter the twin believes that the set-point in force is followed, and rest without one.
        let model = context.setPoints[AssetPath(.fuelcell, cell.asset)] ?? 0
        state.cells.estimate(index, model, context)
        if let alarm = state.cells.staleAlarm(index, maxAge: cell.maxAge, context) { reply.alarms.append(alarm) }
        let used = state.cells.used(index, model: model, maxAge: cell.maxAge, context)
        let heatModel = cell.model.heatKW(powerKW: used.value)
        let fuelModel = cell.model.fuelLitresPerHour(powerKW: used.value) * FuelCell.ethanolKWhPerLitre
        state.cells.estimate(index, signal: 1, heatModel, context)
        state.cells.estimate(index, signal: 2, fuelModel, context)
        let heat = state.cells.used(index, signal: 1, model: heatModel, maxAge: cell.maxAge, context)
        let fuel = state.cells.used(index, signal: 2, model: fuelModel, maxAge: cell.maxAge, context)
        for (key, value) in [("power_kw", used), ("heat_kw", heat), ("ethanol_kw", fuel)] {
            reply.values.append(NamedValue(.fuelcell, cell.asset, key, value))
        }
        reply.record.add(model)
        return (used, heat)
    }

    private mutating func tickTanks(_ slice: [Routed], _ context: TickContext, _ reply: inout ComponentReply) {
        let specs = tankSpecs
        reply.take(state.tanks.take(slice, specs: { specs[$0] }, context: context))
        for (index, tank) in tanks.enumerated() {
            let volume = state.tanks.latest(index, signal: 0, context) ?? UsedValue(0, .stale)
            reply.values.append(NamedValue(.ethanol, tank.asset, "volume_l", volume))
            if let alarm = state.tanks.staleAlarm(index, maxAge: tank.maxAge, context) { reply.alarms.append(alarm) }
        }
    }
}
