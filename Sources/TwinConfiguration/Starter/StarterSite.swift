import TwinCore

/// The smallest site that gives a figure: one grid meter, one gas meter, one line. A plant begins from it by putting its
/// own topics and numbers in.
public struct StarterSite: Sendable {
    /// Site id, the first level of its topics.
    public let site: String
    /// Name in the zone database.
    public let timeZone: String

    public init(site: String, timeZone: String) {
        self.site = site
        self.timeZone = timeZone
    }

    /// Messages of two hours, a replay file.
    public static let exampleName = "example.jsonl"

    public var electricityTopic: String { "\(site)/meters/electricity" }
    public var gasTopic: String { "\(site)/meters/gas" }
    public var lineTopic: String { "\(site)/line" }

    /// Topic and example payload of each message that it listens to.
    /// - Parameter time: RFC 3339.
    public func messages(time: String) -> [(topic: String, payload: String)] {
        [
            (electricityTopic, #"{"time":"\#(time)","import_kwh":700,"export_kwh":0}"#),
            (gasTopic, #"{"time":"\#(time)","m3":84200}"#),
            (lineTopic, #"{"time":"\#(time)","id":"V0001","event":"done"}"#),
        ]
    }

    /// The files of its configuration.
    public var files: [(name: String, text: String)] {
        [
            ("site.yaml", siteText), ("assets.yaml", assetsText), ("signals.yaml", signalsText),
            ("shifts.yaml", shiftsText), ("factors.yaml", StarterSite.factorsText),
            ("tariffs.yaml", StarterSite.tariffsText), ("safety.yaml", StarterSite.safetyText),
            ("dispatch.yaml", StarterSite.dispatchText),
        ]
    }

    // MARK: - Example

    private static let exampleStart = PlantTime(rfc3339: "2025-06-18T07:00:00.000Z") ?? PlantTime(ms: 0)
    private static let exampleMinutes: Int64 = 120
    /// Meters are read at each quarter of an hour, and a vehicle leaves the line each third minute.
    private static let meterMinutes: Int64 = 15
    private static let vehicleMinutes: Int64 = 3

    /// Lines of a recording of two hours: 2,800 kW of electricity, 192 m3/h of gas, 20 vehicles/h.
    public var example: [String] {
        let start = StarterSite.exampleStart
        let header = JSON.fields([
            "twin": .string(Header.version), "site": .string(site), "run": .string("example"),
            "start": .string(start.rfc3339), "tz": .string(timeZone), "step_s": .integer(60), "seed": .integer(1),
            "mode": .string("shadow"), "loop": .string("open"), "clock": .string("event"), "marks": .bool(false),
        ])
        var lines = [header.line]
        func add(_ topic: String, _ minute: Int64, _ members: [JSON.Member]) {
            let time = JSON.string((start + .minutes(minute)).rfc3339)
            let payload = JSON.object([.init("time", time)] + members)
            lines.append(JSON.fields(["t": time, "topic": .string(topic), "payload": payload]).line)
        }
        for minute in 0...StarterSite.exampleMinutes {
            if minute % StarterSite.meterMinutes == 0 {
                let quarters = minute / StarterSite.meterMinutes
                if quarters > 0 {
                    add(
                        electricityTopic, minute,
                        [.init("import_kwh", .integer(700)), .init("export_kwh", .integer(0))])
                }
                add(gasTopic, minute, [.init("m3", .integer(84_200 + 48 * quarters))])
            }
            if minute > 0, minute % StarterSite.vehicleMinutes == 0 {
                let number = String(minute / StarterSite.vehicleMinutes)
                let id = "V" + String(repeating: "0", count: 4 - number.count) + number
                add(lineTopic, minute, [.init("id", .string(id)), .init("event", .string("done"))])
            }
        }
        return lines
    }
}
