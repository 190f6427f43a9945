import TwinCore

/// When a message says its values were: a place in it and how the time is written there.
struct MappedTime: Sendable, Hashable {
    enum Format: Sendable, Hashable {
        /// With its offset.
        case rfc3339
        case epochSeconds
        case epochMilliseconds
        /// Date and time by a wall clock, `2025-06-18 10:00:11` or `18.06.2025 10:00:11`.
        case local(ImportDateOrder, LocalZone)
        /// The same without a wall clock's changes: always this far ahead of UTC.
        case offset(ImportDateOrder, Span)
    }

    var place: PayloadPlace
    var format: Format

    /// The instant that a document says.
    func instant(in document: JSON) throws(LineFailure) -> PlantTime {
        guard let value = place.scope(in: document).flatMap(place.value), value != .null else {
            throw place.absence(of: "no time", in: document)
        }
        guard let time = instant(value) else {
            throw LineFailure(
                reason: .wrongType,
                text: "the time at \(place.text) is not written as \(format.word): \(value.line.prefix(40))")
        }
        return time
    }

    private func instant(_ value: JSON) -> PlantTime? {
        switch format {
        case .rfc3339: return value.text.flatMap { PlantTime(rfc3339: $0.trimmed) }
        case .epochSeconds: return seconds(value).flatMap(PlantTime.init(secondsSince1970:))
        case .epochMilliseconds: return seconds(value).flatMap { PlantTime(secondsSince1970: $0 / 1000) }
        case .local(let order, let zone):
            return value.text.flatMap { CivilText($0, order) }.map { zone.instant($0) }
        case .offset(let order, let offset):
            return value.text.flatMap { CivilText($0, order) }.map { $0.asUTC - offset }
        }
    }

    private func seconds(_ value: JSON) -> Double? {
        NumberText(value, hasDecimalComma: false).flatMap { $0.unit.isEmpty ? $0.value : nil }
    }
}

extension MappedTime.Format {
    var word: String {
        switch self {
        case .rfc3339: "rfc3339"
        case .epochSeconds: "epoch_s"
        case .epochMilliseconds: "epoch_ms"
        case .local(let order, let zone): "local \(order.rawValue) (\(zone.name))"
        case .offset(let order, let offset): "offset \(order.rawValue) (UTC + \(offset.text))"
        }
    }
}
