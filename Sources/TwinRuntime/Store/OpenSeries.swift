import TwinCore

/// The hours of signals that are not yet in the store.
struct OpenSeries: Sendable {
    private struct Key: Hashable {
        var signal: SignalPath
        var hour: PlantTime
    }

    /// In the order in which they began.
    private var hours: [SeriesHour] = []
    private var index: [Key: Int] = [:]
    /// Where the points of the last tick went, by kind and place: those of the next one mostly go there, too, and
    /// comparing a name is quicker than looking it up.
    private var readings: [Int] = []
    private var used: [Int] = []

    /// - Parameter place: among the points of its tick.
    mutating func add(_ point: SeriesPoint, _ kind: SeriesPoint.Kind, of signal: SignalPath, _ place: Int) {
        let hour = point.from.floored(to: SeriesHour.length)
        let guess = kind == .reading ? readings : used
        let found = place < guess.count && isHour(guess[place], hour, signal) ? guess[place] : find(hour, signal)
        hours[found].add(point, kind)
        guard place >= guess.count || guess[place] != found else { return }
        switch kind {
        case .reading: OpenSeries.note(found, at: place, in: &readings)
        case .used: OpenSeries.note(found, at: place, in: &used)
        }
    }

    /// Removes the hours that are due.
    mutating func take(_ isDue: (PlantTime) -> Bool) -> [SeriesHour] {
        let due = hours.filter { isDue($0.hour) }
        hours.removeAll { isDue($0.hour) }
        index.removeAll(keepingCapacity: true)
        for (place, hour) in hours.enumerated() { index[Key(signal: hour.signal, hour: hour.hour)] = place }
        readings.removeAll(keepingCapacity: true)
        used.removeAll(keepingCapacity: true)
        return due
    }

    private func isHour(_ index: Int, _ hour: PlantTime, _ signal: SignalPath) -> Bool {
        hours[index].hour == hour && hours[index].signal == signal
    }

    private mutating func find(_ hour: PlantTime, _ signal: SignalPath) -> Int {
        let key = Key(signal: signal, hour: hour)
        if let found = index[key] { return found }
        index[key] = hours.count
        hours.append(SeriesHour(signal, hour: hour))
        return hours.count - 1
    }

    private static func note(_ found: Int, at place: Int, in places: inout [Int]) {
        if place < places.count { places[place] = found } else { places.append(found) }
    }
}
