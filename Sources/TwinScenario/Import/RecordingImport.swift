public import TwinCore

/// Makes a replay file of broker recordings: every message with its bytes, its time and its flags.
public struct RecordingImport {
    /// What was found in one file.
    public struct FileReport: Sendable {
        static let refusalsMax = 5

        public let name: String
        public let format: RecordingFormat
        public internal(set) var messages = 0
        /// Messages of topics that are not this site's own; they are kept.
        public internal(set) var otherTopics = 0
        /// Messages whose time was before that of the one above them; they count at its time.
        public internal(set) var backInTime = 0
        public internal(set) var refused = 0
        /// The first five of them: `file:line: why`.
        public internal(set) var refusals: [String] = []
        /// The file was cut or damaged, or its payloads look encoded.
        public internal(set) var note: String?
    }

    private let site: String
    private let zone: LocalZone
    private let stepS: Int
    private var arrivals: [Arrival] = []
    public private(set) var files: [FileReport] = []

    public init(site: String, zone: LocalZone, stepS: Int) {
        self.site = site
        self.zone = zone
        self.stepS = stepS
    }

    /// Takes a file's messages.
    /// - Parameter isBase64: whether an mqtt-recorder file holds its payloads as base64.
    public mutating func take(
        file: String, _ format: RecordingFormat, isBase64: Bool = false, next: @escaping () -> LineRead?
    ) {
        var report = FileReport(name: file, format: format)
        var reader = RecordingReader(format, isBase64: isBase64, next: next)
        var last: PlantTime?
        var encoded = 0
        while let item = reader.next() {
            switch item {
            case .refused(let line, let failure):
                report.refused += 1
                if report.refusals.count < FileReport.refusalsMax {
                    report.refusals.append("\(file):\(line): \(failure.text)")
                }
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
                arrivals.append(arrival)
            }
        }
        if format == .mqttRecorder, !isBase64, encoded > 0, encoded == report.messages {
            report.note = "every payload looks like base64; if it was recorded with --encode_b64, add --base64"
        }
        files.append(report)
    }

    /// Opens a recording, plain or gzip, tells its format by its first line and takes it.
    public mutating func take(path: String, isBase64: Bool = false) throws(FileProblem) {
        let reader = try LineReader(path: path)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let first = reader.next()
        guard case .line(let bytes)? = first, let format = RecordingFormat.detect(bytes) else {
            throw .badData(
                path: path,
                sentence:
                    "is no broker recording (lines of mosquitto_sub -F %j, or CSV of mqtt-recorder); for other CSV name "
                    + "a --mapping")
        }
        var held = first
        take(file: name, format, isBase64: isBase64) {
            guard let line = held else { return reader.next() }
            held = nil
            return line
        }
        if let truncation = reader.truncation { files[files.count - 1].note = truncation }
    }

    /// The replay file's header and lines; nil when there is no message. The messages of several files come in the
    /// order of their times. The file starts on the step that holds the first one.
    public func result(config: String, build: String) -> (header: Header, lines: [Line])? {
        let places = arrivals.indices.sorted { (arrivals[$0].t, $0) < (arrivals[$1].t, $1) }
        guard let first = places.first else { return nil }
        let header = Header(
            site: site, run: "import", start: arrivals[first].t.floored(to: .seconds(Int64(stepS))),
            timeZone: zone.name, stepS: stepS, seed: 0, mode: .shadow, loop: .open, clock: .event, marks: false,
            config: config, build: build)
        return (header, places.map { .message(arrivals[$0]) })
    }

    /// What was read, for people: a line a file, and below it what needs a sentence.
    public var text: String {
        files.map { file in
            var lines = ["\(file.name): \(file.messages) messages (\(file.format.rawValue))"]
            if file.otherTopics > 0 {
                lines.append(
                    "\(file.name): \(file.otherTopics) of them on topics that are not v1/\(site)/…; they are kept")
            }
            if file.backInTime > 0 {
                lines.append(
                    "\(file.name): \(file.backInTime) of them go back in time; they count at the time before them")
            }
            if file.refused > 0 { lines.append("\(file.name): \(file.refused) refused lines") }
            lines += file.refusals
            if let note = file.note { lines.append("\(file.name): \(note)") }
            return lines.joined(separator: "\n") + "\n"
        }.joined()
    }
}
