public import TwinCore
public import TwinFiles

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

        /// What a reader should know of the messages that were taken.
        public var warnings: [String] {
            let back =
                backInTime > 0 ? ["\(backInTime) messages go back in time; they count at the time before them"] : []
            return back + [note].compactMap(\.self)
        }

        mutating func refuse(_ line: Int, _ failure: LineFailure) {
            refused += 1
            if refusals.count < FileReport.refusalsMax { refusals.append("\(name):\(line): \(failure.text)") }
        }
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
        take(RecordedMessages(file: file, format, site: site, isBase64: isBase64, next: next))
    }

    private mutating func take(_ recorded: RecordedMessages) {
        var messages = recorded
        while let item = messages.next() {
            if case .message(let arrival) = item { arrivals.append(arrival) }
        }
        files.append(messages.report)
    }

    /// Opens a recording, plain or gzip, tells its format by its first line and takes it.
    public mutating func take(path: String, isBase64: Bool = false) throws(FileProblem) {
        let reader = try LineReader(path: path)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard case .line(let bytes)? = reader.next(), let format = RecordingFormat.detect(bytes) else {
            throw .badData(
                path: path,
                sentence:
                    "is no broker recording (lines of mosquitto_sub -F %j, or CSV of mqtt-recorder); for other CSV name "
                    + "a --mapping")
        }
        take(RecordedMessages(file: name, format, site: site, isBase64: isBase64, first: bytes, rest: reader))
        if let truncation = reader.truncation { files[files.count - 1].note = truncation }
    }

    /// The replay file's header and lines; nil when there is no message. The messages of several files come in the
    /// order of their times. The file starts on the step that holds the first one.
    public func result(config: String, build: String) -> (header: Header, lines: [Line])? {
        let places = arrivals.indices.sorted { (arrivals[$0].t, $0) < (arrivals[$1].t, $1) }
        guard let first = places.first else { return nil }
        let frame = RecordingFrame(site: site, zone: zone, stepS: stepS, config: config, build: build)
        return (frame.header(first: arrivals[first].t), places.map { .message(arrivals[$0]) })
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
            return lines.map(\.printable).joined(separator: "\n") + "\n"
        }.joined()
    }
}
