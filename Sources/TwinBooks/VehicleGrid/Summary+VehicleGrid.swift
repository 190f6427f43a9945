public import TwinCore
import TwinUnits

/// What participants of a group, or of all of them, get, and what came of it. Money in the tariffs' currency.
public struct VehicleGridResult: Sendable, Hashable {
    public var givenKWh = 0.0
    public var takenKWh = 0.0
    /// Nil where nobody told how many cars were plugged in.
    public var connectedHours: Double?
    /// Time of which that was told, h; of all groups together their sum.
    public var connectedKnownHours = 0.0
    public var energyPay = 0.0
    public var wearPay = 0.0
    /// Nil where it depends on what nobody told.
    public var connectedPay: Double?
    /// CO2e that the grid did not emit less what charging for it did; negative where it cost more than it saved.
    public var savedKg = 0.0
    /// Nil where cars gave in a half hour whose intensity nobody told.
    public var savedHalfHourlyKg: Double?
    public var savedMarginalKg = 0.0

    public var pay: Double? { connectedPay.map { energyPay + wearPay + $0 } }

    /// What a tonne costs; nil where nothing is saved.
    public func costPerTonne(_ kg: Double?) -> Double? {
        guard let kg, kg > 0, let pay else { return nil }
        return pay / (kg / 1000)
    }

    static func + (a: VehicleGridResult, b: VehicleGridResult) -> VehicleGridResult {
        func both(_ a: Double?, _ b: Double?) -> Double? { a.flatMap { a in b.map { a + $0 } } }
        return VehicleGridResult(
            givenKWh: a.givenKWh + b.givenKWh, takenKWh: a.takenKWh + b.takenKWh,
            connectedHours: both(a.connectedHours, b.connectedHours),
            connectedKnownHours: a.connectedKnownHours + b.connectedKnownHours, energyPay: a.energyPay + b.energyPay,
            wearPay: a.wearPay + b.wearPay, connectedPay: both(a.connectedPay, b.connectedPay),
            savedKg: a.savedKg + b.savedKg, savedHalfHourlyKg: both(a.savedHalfHourlyKg, b.savedHalfHourlyKg),
            savedMarginalKg: a.savedMarginalKg + b.savedMarginalKg)
    }
}

/// `v2g` of `summary/1`.
extension Summary {
    /// Each group of the contract; nil for a site without one.
    public var vehicleGrid: [(path: AssetPath, result: VehicleGridResult)]? {
        guard let ledger = sum.vehicleGrid else { return nil }
        return zip(ledger.terms.groups, ledger.lines).map { group, line in
            (group.path, result(group, line, ledger.terms.marginalGPerKWh))
        }
    }

    private func result(
        _ group: VehicleGridTerms.Group, _ line: VehicleGridLine, _ marginalGPerKWh: Double
    ) -> VehicleGridResult {
        let given = line.given.kilowattHours
        let time = connected[group.path].flatMap { $0.knownMs > 0 ? $0 : nil }
        var result = VehicleGridResult()
        result.givenKWh = given
        result.takenKWh = line.taken.kilowattHours
        result.connectedHours = time?.vehicleHours
        result.connectedKnownHours = time?.knownHours ?? 0
        result.energyPay = given * group.payPerKWh
        result.wearPay = given * group.wearPerKWh
        result.connectedPay =
            group.payPerConnectedHour == 0 ? 0 : time.map { $0.vehicleHours * group.payPerConnectedHour }
        result.savedKg = (line.spared.year - line.caused.year).kilograms
        // Where nothing was given nothing was saved, whatever nobody told.
        result.savedHalfHourlyKg =
            line.halfHoursUnknown > 0 && given > 0
            ? nil : (line.spared.halfHourly - line.caused.halfHourly).kilograms
        // The same power station follows the load when they charge.
        result.savedMarginalKg = (line.spared.energy - line.caused.energy).kilowattHours * marginalGPerKWh / 1000
        return result
    }

    /// All groups together.
    public var vehicleGridTotal: VehicleGridResult? {
        vehicleGrid.flatMap { groups in
            groups.dropFirst().reduce(groups.first?.result) { sum, group in sum.map { $0 + group.result } }
        }
    }

    var vehicleGridJSON: JSON {
        guard let groups = vehicleGrid, let total = vehicleGridTotal, let terms = sum.vehicleGrid?.terms else {
            return .null
        }
        return .fields([
            "marginal_g_per_kwh": .number(terms.marginalGPerKWh),
            "groups": .array(
                groups.map { .object([.init("asset", .string($0.path.text))] + Summary.members($0.result)) }),
            "total": .object(Summary.members(total)),
        ])
    }

    private static func members(_ result: VehicleGridResult) -> [JSON.Member] {
        let saved: [(String, Double?)] = [
            ("location", result.savedKg), ("location_half_hourly", result.savedHalfHourlyKg),
            ("marginal", result.savedMarginalKg),
        ]
        return [
            .init("given_kwh", .number(result.givenKWh)), .init("taken_kwh", .number(result.takenKWh)),
            .init("connected_vehicle_hours", .optional(result.connectedHours)),
            .init("connected_known_hours", .number(result.connectedKnownHours)),
            .init(
                "pay",
                .fields([
                    "energy": .number(result.energyPay), "wear": .number(result.wearPay),
                    "connected": .optional(result.connectedPay), "total": .optional(result.pay),
                ])),
            .init("saved_co2_kg", .object(saved.map { .init($0.0, .optional($0.1)) })),
            .init("cost_per_tonne", .object(saved.map { .init($0.0, .optional(result.costPerTonne($0.1))) })),
        ]
    }
}
