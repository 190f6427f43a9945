import TwinCore

/// The battery strings of the simulated plant: 24 packs each, of spread state of health.
struct SimulatedStorage: Sendable {
    private let units: [BatteryStorage.Parameters]
    private var strings: [BatteryString]

    init(_ units: [BatteryStorage.Parameters], _ truth: PlantTruth.Storage, seed: UInt64) {
        self.units = units
        var stream = SeedStream(seed: seed, name: "storage.health")
        strings = units.map { unit in
            let health = (0..<truth.packsPerString).map { _ in
                min(max(truth.healthMean + truth.healthDeviation * stream.normal(), 0.5), 0.8)
            }
            // Health is spread about the mean; the sum is what the string holds.
            let perHealth = unit.capacityKWh * truth.capacityScale / health.reduce(0, +)
            return BatteryString(
                BatteryString.Parameters(
                    ratedKW: unit.powerMaxKW, packKWh: health.map { $0 * perHealth }, socMin: unit.socMin,
                    socMax: unit.socMax, converterEfficiency: truth.converterEfficiency,
                    packLossAtThirdC: truth.packLossAtThirdC,
                    standbyKW: truth.standbyWPerPack / 1000 * Double(truth.packsPerString)), soc: truth.initialSOC)
        }
    }

    /// - Parameter islandNeedKW: what an island without a grid needs; nil while the grid is there.
    /// - Returns: power onto the bus, kW.
    mutating func step(_ context: DeviceContext, islandNeedKW: Double?, _ readings: inout [Reading]) -> Double {
        var busKW = 0.0
        var need = islandNeedKW
        for (index, unit) in units.enumerated() {
            let path = AssetPath(.storage, unit.asset)
            var power = 0.0
            if !context.isTripped(path) {
                let wanted = need.map { min($0, unit.powerMaxKW) } ?? context.order(path) ?? 0
                power = strings[index].step(powerKW: wanted, hours: context.hours)
                need = need.map { max(0, $0 - max(0, power)) }
            }
            busKW += power
            readings.append(Reading(path, "power_kw", power))
            readings.append(Reading(path, "soc_fraction", strings[index].meanSOC, decimals: 4))
        }
        return busKW
    }
}
