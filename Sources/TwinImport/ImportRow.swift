import TwinCore

/// A payload that an import will write.
struct ImportReading: Sendable {
    /// When the line arrives: the end of its interval.
    var t: PlantTime
    var ts: PlantTime
    var period: Span?
    /// Index of its group in the source: an asset with the form of its values.
    var group: Int
    /// The file calls the values estimates.
    var isEstimated = false
    var values: [(key: String, value: Double)]
}

/// What was measured at one stamp.
struct ImportRow: Sendable {
    var stamp: PlantTime
    /// The interval that the stamp names an end of.
    var start: PlantTime
    var end: PlantTime
    var place: RowPlace
    var isEstimated: Bool
    /// The wall clock passes over the time that it names.
    var isSkipped: Bool
    /// By signal, in the column's own unit.
    var values: [Double?]
}

/// Where a row stands.
struct RowPlace: Sendable, Hashable {
    var file: String
    var line: Int

    var text: String { "\(file):\(line)" }
}
