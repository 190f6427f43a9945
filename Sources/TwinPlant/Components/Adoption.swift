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
    public mutating func adopt(_ old: WeatherStation) {
        state.fleet.adopt(old.state.fleet)
        if old.parameters.forecast?.asset == parameters.forecast?.asset { state.forecast = old.state.forecast }
    }
}

extension AssemblyLine {
    /// Lines have no configuration of their own.
    public mutating func adopt(_ old: AssemblyLine) { state = old.state }
}

extension GridConnection {
    public mutating func adopt(_ old: GridConnection) {
        state.meter.adopt(old.state.meter)
        state.intensity.adopt(old.state.intensity)
        state.forecast = old.state.forecast
        state.forecastFrom = old.state.forecastFrom
        if let price = old.state.price, old.parameters.price?.asset == parameters.price?.asset {
            state.price?.fleet.adopt(price.fleet)
            state.price?.forecast = price.forecast
        }
    }
}
