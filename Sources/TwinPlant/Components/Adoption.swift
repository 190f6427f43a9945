import TwinCore

// A run goes on with another configuration: each component takes over what it knew of the assets that are still there.

extension Fleet {
    /// - Parameter isSame: whether an asset of this name is still of the same kind.
    mutating func adopt(_ old: Fleet, where isSame: (AssetPath) -> Bool = { _ in true }) {
        for index in feeds.indices {
            let path = feeds[index].path
            guard isSame(path), let place = old.places[path],
                old.feeds[place].timelines.count == feeds[index].timelines.count,
                old.estimates[place].count == estimates[index].count
            else { continue }
            feeds[index] = old.feeds[place]
            estimates[index] = old.estimates[place]
        }
    }
}

extension WeatherStation {
    public mutating func adopt(_ old: WeatherStation) { state.fleet.adopt(old.state.fleet) }
}

extension WindFarm {
    public mutating func adopt(_ old: WindFarm) { state.fleet.adopt(old.state.fleet) }
}

extension SolarParks {
    public mutating func adopt(_ old: SolarParks) { state.fleet.adopt(old.state.fleet) }
}

extension FuelCells {
    public mutating func adopt(_ old: FuelCells) {
        state.cells.adopt(old.state.cells)
        state.tanks.adopt(old.state.tanks)
    }
}

extension Shops {
    public mutating func adopt(_ old: Shops) { state.fleet.adopt(old.state.fleet) }
}

extension ProcessBurners {
    public mutating func adopt(_ old: ProcessBurners) {
        state.fleet.adopt(old.state.fleet) { path in
            let kind = parameters.first { $0.path == path }?.burner.kind
            return kind != nil && kind == old.parameters.first { $0.path == path }?.burner.kind
        }
    }
}

extension HeatPlant {
    public mutating func adopt(_ old: HeatPlant) {
        state.fleet.adopt(old.state.fleet) { path in
            let kind = parameters.first { $0.path == path }?.kind
            return kind != nil && kind == old.parameters.first { $0.path == path }?.kind
        }
    }
}

extension AssemblyLine {
    /// Lines have no configuration of their own.
    public mutating func adopt(_ old: AssemblyLine) { state = old.state }
}

extension ChargingGroups {
    public mutating func adopt(_ old: ChargingGroups) { state.fleet.adopt(old.state.fleet) }
}

extension BatteryStorage {
    public mutating func adopt(_ old: BatteryStorage) {
        state.fleet.adopt(old.state.fleet)
        for (index, unit) in parameters.enumerated() {
            guard let place = old.parameters.firstIndex(where: { $0.asset == unit.asset }) else { continue }
            state.soc[index] = old.state.soc[place]
        }
    }
}

extension GridConnection {
    public mutating func adopt(_ old: GridConnection) {
        state.meter.adopt(old.state.meter)
        state.intensity.adopt(old.state.intensity)
        state.forecast = old.state.forecast
        state.forecastFrom = old.state.forecastFrom
    }
}
