public import TwinCore

/// Rows of a mapping that are tried on messages before anybody saves them: read as `signals.yaml` is, and applied by the
/// same door as a run applies it.
public struct MappingTrial: Sendable {
    /// A value that a message becomes.
    public struct Value: Sendable, Hashable {
        /// `shop/paint/load_kw`, or a line's vehicle.
        public var signal: String
        /// Nil for what is no number: a vehicle's event.
        public var value: Double?
        /// Of the key; nil for one without.
        public var unit: String?
        public var at: PlantTime
        /// How long it holds, where the rows say.
        public var period: Span?
        /// The reading as our own dialect has it.
        public var payload: String
    }

    /// What became of one message.
    public struct Outcome: Sendable {
        public var arrival: Arrival
        /// Empty also where a sum or a mean waits for more messages.
        public var values: [Value]
        /// Whether a row is for its topic.
        public var isMeant: Bool
        /// Why nothing of it, or some of it, can be used, each with the row's place.
        public var failures: [LineFailure]
    }

    /// How messages name the rows: `rows:3:9`.
    public static let file = "rows"

    public let mapping: SignalMapping
    private var door: SignalDoor
    private var memory = SignalMemory()

    /// - Parameters:
    ///   - text: rows as they stand below `sources:`, or a whole `signals.yaml`.
    ///   - inputs: what the plant may be told.
    /// - Throws: all that is wrong, with line and column.
    public init(_ text: String, zone: LocalZone, inputs: [AssetInput]) throws(ConfigProblems) {
        let log = ProblemLog()
        let root = YAMLNode.read(file: MappingTrial.file, bytes: Array(text.utf8), log: log)
        let mapping = root.flatMap { root -> SignalMapping? in
            if case .list = root.content { return SignalMapping(rows: root, zone: zone) }
            return SignalMapping(root, zone: zone)
        }
        try log.check()
        guard let mapping else {
            log.add(
                FilePlace(file: MappingTrial.file, line: 1, column: 1),
                "there is no row; write one like - topic: meters/paint")
            throw log.problems
        }
        try mapping.check(against: inputs)
        self.mapping = mapping
        door = SignalDoor(mapping)
    }

    /// Tries the next message; they are tried in the order in which they came.
    public mutating func take(_ arrival: Arrival) -> Outcome {
        let sources = mapping.sources(of: arrival.topic)
        guard !sources.isEmpty else { return Outcome(arrival: arrival, values: [], isMeant: false, failures: []) }
        // What is wrong with a row is told of each message, not of the first alone.
        door = SignalDoor(mapping)
        let message = door.translate(arrival, sources: sources, memory: &memory)
        var failures = message.notes
        if let failure = message.failure, !failures.contains(failure) { failures.append(failure) }
        return Outcome(
            arrival: arrival, values: message.readings.flatMap(MappingTrial.values), isMeant: true, failures: failures)
    }

    private static func values(_ reading: MappedReading) -> [Value] {
        let path = AssetPath(reading.area, reading.asset).text
        let payload = String(decoding: reading.arrival.payload, as: UTF8.self)
        guard reading.kind == .tele, let telemetry = try? Telemetry(reading.arrival) else {  // else it is an event
            return [Value(signal: "\(path) \(reading.kind.rawValue)", at: reading.arrival.t, payload: payload)]
        }
        return telemetry.values.map { key, value in
            var number: Double?
            if case .number(let told) = value { number = told }
            return Value(
                signal: "\(path)/\(key)", value: number, unit: ImportUnit.ofKey(key)?.name, at: telemetry.ts,
                period: telemetry.period, payload: payload)
        }
    }
}

/// Rows of a mapping as text: where they stand in its file, and how deep.
public struct MappingRows: Sendable {
    /// Without their common indent.
    private let lines: [String]

    /// - Parameter text: rows as they stand below `sources:`, or a whole `signals.yaml`.
    public init(_ text: String) {
        var lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        if let place = MappingRows.sources(in: lines) {
            lines = Array(lines[MappingRows.block(in: lines, below: place)])
        }
        while lines.last.map(MappingRows.isBlank) == true { lines.removeLast() }
        while lines.first.map(MappingRows.isBlank) == true { lines.removeFirst() }
        let depth = lines.filter { !MappingRows.isQuiet($0) }.map(MappingRows.depth).min() ?? 0
        self.lines = lines.map { $0.dropFirst(min(depth, MappingRows.depth($0))).description }
    }

    /// A mapping's file with the rows behind its own.
    /// - Parameter file: nil makes a new one.
    public func added(to file: String?) -> String {
        guard let file else {
            return "twin: \(SignalMapping.version)\nsources:\n" + indented(2).joined(separator: "\n") + "\n"
        }
        var all = file.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if all.last == "" { all.removeLast() }
        guard let place = MappingRows.sources(in: all) else { return file }
        let block = MappingRows.block(in: all, below: place)
        let depth = all[block].first { !MappingRows.isQuiet($0) }.map(MappingRows.depth) ?? 2
        let end = all[block].lastIndex { !MappingRows.isBlank($0) }.map { $0 + 1 } ?? block.upperBound
        all.insert(contentsOf: indented(depth), at: end)
        return all.joined(separator: "\n") + "\n"
    }

    private func indented(_ depth: Int) -> [String] {
        let indent = String(repeating: " ", count: depth)
        return lines.map { MappingRows.isBlank($0) ? "" : indent + $0 }
    }

    /// The line of the key that the rows stand below.
    private static func sources(in lines: [String]) -> Int? { lines.firstIndex { $0.hasPrefix("sources:") } }

    /// The lines below it, up to the next key of the file.
    private static func block(in lines: [String], below place: Int) -> Range<Int> {
        let rest = lines[(place + 1)...]
        let end = rest.firstIndex { line in
            !isQuiet(line) && depth(line) == 0 && !line.hasPrefix("-")
        }
        return place + 1..<(end ?? lines.count)
    }

    private static func depth(_ line: String) -> Int { line.prefix { $0 == " " }.count }
    private static func isBlank(_ line: String) -> Bool { line.allSatisfy(\.isWhitespace) }
    /// Blank or a comment.
    private static func isQuiet(_ line: String) -> Bool {
        let text = line.drop { $0 == " " }
        return text.isEmpty || text.allSatisfy(\.isWhitespace) || text.hasPrefix("#")
    }
}
