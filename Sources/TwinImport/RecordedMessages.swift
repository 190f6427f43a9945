public import TwinConfiguration
public import TwinCore
public import TwinFiles

/// One broker recording, message by message: none earlier than the one before, and with a report of what was found.
public struct RecordedMessages {
    public private(set) var report: RecordingImport.FileReport
    private var reader: RecordingReader
    private let site: String
    private let isBase64: Bool
    private var last: PlantTime?
    private var encoded = 0

    /// - Parameters:
    ///   - isBase64: whether an mqtt-recorder file holds its payloads as base64.
    ///   - next: hands out the lines, nil at the end.
    public init(
        file: String, _ format: RecordingFormat, site: String, isBase64: Bool = false, next: @escaping () -> LineRead?
    ) {
        report = RecordingImport.FileReport(name: file, format: format)
        reader = RecordingReader(format, isBase64: isBase64, next: next)
        self.site = site
        self.isBase64 = isBase64
    }

    /// - Parameter first: the line that was read from `rest` already, to tell the format.
    public init(
        file: String, _ format: RecordingFormat, site: String, isBase64: Bool, first: [UInt8], rest: LineReader
    ) {
        var held: LineRead? = .line(first)
        self.init(file: file, format, site: site, isBase64: isBase64) {
            defer { held = nil }
            return held ?? rest.next()
        }
    }

    /// The next message or refused line; nil at the end, when the report is complete.
    public mutating func next() -> RecordingReader.Item? {
        switch reader.next() {
        case .refused(let line, let failure):
            report.refuse(line, failure)
            return .refused(line: line, failure)
        case .message(var arrival):
            report.messages += 1
            if !arrival.payload.isEmpty, Base64.decode(String(decoding: arrival.payload, as: UTF8.self)) != nil {
                encoded += 1
            }
            if Topic(arrival.topic, site: site) == nil { report.otherTopics += 1 }
            if let last, arrival.t < last {
                report.backInTime += 1
                arrival.t = last
            }
            last = arrival.t
            return .message(arrival)
        case nil:
            if report.format == .mqttRecorder, !isBase64, encoded > 0, encoded == report.messages {
                report.note = "every payload looks like base64; if it was recorded with --encode_b64, add --base64"
            }
            return nil
        }
    }
}

/// What a broker recording does not say of itself and its replay needs.
public struct RecordingFrame: Sendable {
    public var site: String
    public var zone: LocalZone
    public var stepS: Int
    /// Hash of the configuration that says so.
    public var config: String
    public var build: String
    /// Whether mqtt-recorder files hold their payloads as base64.
    public var isBase64: Bool

    public init(site: String, zone: LocalZone, stepS: Int, config: String, build: String, isBase64: Bool = false) {
        self.site = site
        self.zone = zone
        self.stepS = stepS
        self.config = config
        self.build = build
        self.isBase64 = isBase64
    }

    public init(_ config: SiteConfig, build: String, isBase64: Bool = false) {
        self.init(
            site: config.site, zone: config.zone, stepS: config.stepS, config: config.hash, build: build,
            isBase64: isBase64)
    }

    /// The header of a replay file that starts on the step that holds `first`.
    public func header(first: PlantTime) -> Header {
        Header(
            site: site, run: "import", start: first.floored(to: .seconds(Int64(stepS))), timeZone: zone.name,
            stepS: stepS, seed: 0, mode: .shadow, loop: .open, clock: .event, marks: false, config: config,
            build: build)
    }
}
