import TwinCore

/// A weather forecast as a message tells it: series that are equally long, of periods that follow each other.
struct ForecastMessage {
    let from: PlantTime
    let period: Span
    /// In the order of the keys; nil for a period that is not told or cannot be.
    let series: [[Double?]]
    /// By key, how many of its values are no numbers, and how many are out of range.
    let wrongTypes: [Int]
    let outOfRange: [Int]

    /// Longest series that is taken: four days of half hours.
    static let valuesMax = 192
    /// Where a forecast may begin about the time when it was made.
    private static let beginsWithin = Span.days(2)

    /// - Parameters:
    ///   - ts: when it was made.
    ///   - specs: its keys with what a value may be.
    init(_ payload: [UInt8], ts: PlantTime, period: Span?, _ specs: [SignalSpec]) throws(LineFailure) {
        let json: JSON
        do { json = try JSONReader.read(payload) } catch { throw JSONReader.refusal(of: payload, error) }
        self.period = period ?? settlementPeriod
        guard self.period >= .minutes(1) else {
            throw LineFailure(reason: .outOfRange, text: "\"period_s\" of a forecast is not in 60...86400")
        }
        from = try ForecastMessage.from(json, ts)
        var (series, wrong, beyond) = ([[Double?]](), [Int](), [Int]())
        for spec in specs {
            let values = try ForecastMessage.values(json, spec.key)
            let numbers = values.map(\.double)
            let taken = numbers.map { number in number.flatMap { spec.taken($0) } }
            series.append(taken)
            wrong.append(numbers.count { $0 == nil })
            beyond.append(zip(numbers, taken).count { $0 != nil && $1 == nil })
        }
        let lengths = series.map(\.count)
        guard let length = lengths.first, lengths.allSatisfy({ $0 == length }) else {
            let told = zip(specs, lengths).map { "\"\($0.key)\" \($1)" }.joined(separator: ", ")
            throw LineFailure(reason: .wrongType, text: "the series are not equally long: \(told) values")
        }
        guard series.contains(where: { $0.contains { $0 != nil } }) else {
            throw LineFailure(reason: .outOfRange, text: "no value of the forecast is a number in its range")
        }
        (self.series, wrongTypes, outOfRange) = (series, wrong, beyond)
    }

    private static func from(_ json: JSON, _ ts: PlantTime) throws(LineFailure) -> PlantTime {
        guard let told = json["from"] else { return ts }
        guard let from = told.text.flatMap({ PlantTime(rfc3339: $0) }) else {
            throw LineFailure(reason: .wrongType, text: "\"from\" is not an RFC 3339 time: \(told.line.prefix(40))")
        }
        guard from >= ts - beginsWithin, from <= ts + beginsWithin else {
            throw LineFailure(
                reason: .outOfRange,
                text: "\"from\" \(from.rfc3339) is more than \(beginsWithin.text) from \"ts\" \(ts.rfc3339)")
        }
        return from
    }

    private static func values(_ json: JSON, _ key: String) throws(LineFailure) -> [JSON] {
        guard let told = json[key] else {
            throw LineFailure(reason: .unknownKey, text: "\"\(key)\" is missing; a forecast has one value a period")
        }
        guard let values = told.items else {
            throw LineFailure(reason: .wrongType, text: "\"\(key)\" is not a list with one value a period")
        }
        guard (1...valuesMax).contains(values.count) else {
            throw LineFailure(
                reason: .tooLarge, text: "\"\(key)\" has \(values.count) values, 1 to \(valuesMax) are read")
        }
        return values
    }
}
