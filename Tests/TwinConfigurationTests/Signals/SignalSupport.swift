import TwinConfiguration
import TwinCore
import TwinTesting

/// A door made of the sources of a `signals.yaml`, for the shipped plant.
struct TestDoor {
    static let nine = PlantTime(rfc3339: "2025-06-18T09:00:00Z") ?? PlantTime(ms: 0)

    let mapping: SignalMapping
    private var door: SignalDoor
    private(set) var memory = SignalMemory()

    /// - Parameter sources: the items below `sources:`, indented by two.
    init(_ sources: String) throws {
        let text = "twin: signals/1\nsources:\n\(sources)\n"
        let config = try SiteConfig(Repository.configFiles() + [ConfigText(name: "signals.yaml", text: text)])
        guard let signals = config.signals else { throw Missing(text: "the configuration has no mapping") }
        mapping = signals
        door = SignalDoor(signals)
    }

    /// What a message becomes.
    /// - Parameter second: of its arrival, after nine o'clock UTC.
    mutating func say(_ topic: String, _ payload: [UInt8], at second: Double = 0, retain: Bool = false) -> MappedMessage
    {
        let t = TestDoor.nine + Span(ms: Int64(second * 1000))
        let arrival = Arrival(t: t, topic: topic, payload: payload, retain: retain)
        return door.translate(arrival, sources: mapping.sources(of: topic), memory: &memory)
    }

    mutating func say(_ topic: String, _ payload: String, at second: Double = 0, retain: Bool = false) -> MappedMessage
    {
        say(topic, Array(payload.utf8), at: second, retain: retain)
    }
}

extension MappedMessage {
    /// The readings as `area/asset payload`.
    var texts: [String] {
        readings.map {
            "\($0.area.rawValue)/\($0.asset) \(String(decoding: $0.arrival.payload, as: UTF8.self))"
        }
    }
}
