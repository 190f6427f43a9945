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

    /// Adds what a tick received.
    mutating func add(_ points: [AcceptedReading]) {
        for place in points.indices {
            let from = points[place].ts
            let hour = self.hour(
                from, points[place].area, points[place].asset, points[place].key, OpenSeries.guess(place, readings))
            OpenSeries.note(hour, at: place, in: &readings)
            hours[hour].add(
                SeriesPoint(from: from, to: points[place].end, value: points[place].value, quality: .good), .reading)
        }
    }

    /// Adds what a tick used.
    mutating func add(_ values: [NamedValue], from: PlantTime, to: PlantTime) {
        for place in values.indices {
            let hour = self.hour(
                from, values[place].area, values[place].asset, values[place].key, OpenSeries.guess(place, used))
            OpenSeries.note(hour, at: place, in: &used)
            let value = values[place].used
            hours[hour].add(SeriesPoint(from: from, to: to, value: value.value, quality: value.quality), .used)
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

    /// The place of the hour of a signal that a time belongs to: the guessed one, or it is looked up or begun.
    private mutating func hour(
        _ time: PlantTime, _ area: Area, _ asset: String, _ key: String, _ guess: Int?
    ) -> Int {
        if let guess, isHour(guess, time, area, asset, key) { return guess }
        let hour = time.floored(to: SeriesHour.length)
        let signal = SignalPath(AssetPath(area, asset), key)
        let wanted = Key(signal: signal, hour: hour)
        if let found = index[wanted] { return found }
        index[wanted] = hours.count
        hours.append(SeriesHour(signal, hour: hour))
        return hours.count - 1
    }

    private static func guess(_ place: Int, _ places: [Int]) -> Int? { place < places.count ? places[place] : nil }

    private static func note(_ found: Int, at place: Int, in places: inout [Int]) {
        if place == places.count { places.append(found) } else if places[place] != found { places[place] = found }
    }

    /// Member by member: a copy of an hour, or of a name, would cost more than all of this.
    private func isHour(_ place: Int, _ time: PlantTime, _ area: Area, _ asset: String, _ key: String) -> Bool {
        let begin = hours[place].hour
        return time >= begin && time < begin + SeriesHour.length && hours[place].signal.key == key
            && hours[place].signal.path.asset == asset && hours[place].signal.path.area == area
    }
}
