public import TwinCore

/// A parameter of one asset as it is configured, with what its table says of it.
public struct ParameterValue: Sendable, Hashable {
    /// With the mapping that holds it, where that is not the asset's own: `habits.need_kwh`.
    public var key: String
    public var unit: String
    public var sentence: String
    /// For people; empty for what has none.
    public var rangeText: String
    public var value: JSON
}

extension Parametrised {
    /// What the table names, in its order; parts that this one lacks are left out.
    public var parameterValues: [ParameterValue] {
        Self.parameters.compactMap { row in
            if let part = row.part, let place = Self.parts.first(where: { $0.key == part })?.isThere,
                !self[keyPath: place]
            {
                return nil
            }
            return ParameterValue(
                key: row.part.map { "\($0).\(row.key)" } ?? row.key, unit: row.unit, sentence: row.sentence,
                rangeText: row.rangeText, value: value(row.content))
        }
    }

    private func value(_ content: Parameter<Self>.Content) -> JSON {
        switch content {
        case .quantity(_, let place): .number(self[keyPath: place])
        case .count(_, let place): .integer(self[keyPath: place])
        case .seconds(_, let place): .number(self[keyPath: place].seconds)
        case .flag(let place): .bool(self[keyPath: place])
        case .quantities(_, _, let place): .array(self[keyPath: place].map(JSON.number))
        case .byAsset(_, let place):
            .object(self[keyPath: place].sorted { $0.key < $1.key }.map { .init($0.key.text, .number($0.value)) })
        case .curve(let place, _):
            .array(self[keyPath: place].points.map { .array([.number($0.speedMPerS), .number($0.powerKW)]) })
        }
    }
}
