import TwinCore

/// Written in the order of names, so that the bytes are equal from run to run.
extension AssemblyLine.State: Codable {
    private struct Named: Codable {
        var line: String
        var tally: LineTally
    }

    private enum Key: String, CodingKey {
        case vehicles, lines, lineOffTotal, models, strangers
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode(vehicles, forKey: .vehicles)
        let named = lines.sorted { $0.key < $1.key }.map { Named(line: $0.key, tally: $0.value) }
        try fields.encode(named, forKey: .lines)
        try fields.encode(lineOffTotal, forKey: .lineOffTotal)
        try fields.encode(models.sorted(), forKey: .models)
        try fields.encode(strangers.sorted(), forKey: .strangers)
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        vehicles = try fields.decode(SeenVehicles.self, forKey: .vehicles)
        lineOffTotal = try fields.decode(Int.self, forKey: .lineOffTotal)
        models = Set(try fields.decode([String].self, forKey: .models))
        strangers = Set(try fields.decode([String].self, forKey: .strangers))
        let named = try fields.decode([Named].self, forKey: .lines)
        lines = Dictionary(named.map { ($0.line, $0.tally) }) { $1 }
    }
}
