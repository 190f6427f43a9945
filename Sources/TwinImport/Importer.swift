public import TwinConfiguration
public import TwinCore
public import TwinFiles

/// Turns measured rows into replay lines by a mapping. It opens no file: rows come in, lines go out.
public struct Importer {
    private let mapping: ImportMapping
    private var sources: [SourceImport]

    public init(_ mapping: ImportMapping) {
        self.mapping = mapping
        sources = mapping.sources.map { SourceImport($0, mapping: mapping) }
    }

    /// Takes the lines of one file of a source, its header row first.
    /// - Parameters:
    ///   - source: index into the mapping's sources.
    ///   - file: its name, for messages.
    ///   - log: takes columns that the mapping names and the file does not have.
    ///   - next: hands out the lines, nil at the end.
    public mutating func take(source: Int, file: String, log: ProblemLog, next: @escaping () -> LineRead?) {
        sources[source].take(file: file, log: log, next: next)
    }

    /// Says something about a source's files in the report.
    public mutating func note(source: Int, _ text: String) { sources[source].note(text) }

    /// What was taken so far, as a replay file.
    public func result(config: String, build: String) -> ImportResult {
        let sources = sources.map { $0.finished() }
        let header = Header(
            site: mapping.site, run: "import", start: mapping.from, timeZone: mapping.zone.name, stepS: mapping.stepS,
            seed: mapping.seed, mode: .shadow, loop: .open, clock: .event, marks: false, config: config, build: build)
        let report = ImportReport(
            from: mapping.from, to: mapping.to, zone: mapping.zone, sources: sources.map(\.report),
            signals: sources.flatMap { $0.signalReports() }, modelled: mapping.modelled)
        return ImportResult(
            header: header, measured: measuredLines(sources), report: report, modelled: mapping.modelled,
            end: mapping.to, hasClock: mapping.hasClock, refusals: sources.compactMap { $0.refusal() })
    }

    /// By time, then by source, then as the source has them. `seq` counts a topic's lines in that order.
    private func measuredLines(_ sources: [SourceImport]) -> [Line] {
        struct Place: Comparable {
            var t: PlantTime
            var source: Int
            var index: Int

            static func < (a: Place, b: Place) -> Bool { (a.t, a.source, a.index) < (b.t, b.source, b.index) }
        }
        var places: [Place] = []
        for (source, taken) in sources.enumerated() {
            for (index, reading) in taken.readings.enumerated() {
                places.append(Place(t: reading.t, source: source, index: index))
            }
        }
        places.sort()
        var lastSeq: [String: Int] = [:]
        return places.map { place in
            let taken = sources[place.source]
            let reading = taken.readings[place.index]
            let group = taken.groups[reading.group]
            let topic = Topic.text(site: mapping.site, group.area, group.asset, .tele)
            let seq = (lastSeq[topic] ?? 0) + 1
            lastSeq[topic] = seq
            var members: [JSON.Member] = [.init("ts", .string(reading.ts.rfc3339)), .init("seq", .integer(seq))]
            if let period = reading.period { members.append(.init("period_s", .number(period.seconds))) }
            if reading.isEstimated { members.append(.init("modelled", .bool(true))) }
            for (key, value) in reading.values { members.append(.init(key, .number(value))) }
            return Line.message(
                Arrival(t: reading.t, topic: topic, payload: JSON.object(members).bytes))
        }
    }
}

/// An imported replay file, before a model's lines are added to it.
public struct ImportResult: Sendable {
    public let header: Header
    /// The measured lines, in order, without clock lines.
    public let measured: [Line]
    public let report: ImportReport
    public let modelled: [ImportModelled]
    public let end: PlantTime
    public let hasClock: Bool
    /// Why there is nothing to write for a source, or nothing that its files bear out; such a result is no day to replay.
    public let refusals: [ConfigProblem]

    /// All lines of the file; see `forEachLine`.
    public func lines(adding added: [Line] = []) -> [Line] {
        var lines: [Line] = []
        forEachLine(adding: added) { lines.append($0) }
        return lines
    }

    /// Hands out all lines of the file: years of clock lines have no place in memory. At the same `t`, measured lines
    /// come first, then added ones, then the clock, which is the last line of its step.
    /// - Parameter added: lines of a model, in order of `t`.
    public func forEachLine(adding added: [Line] = [], _ body: (Line) throws -> Void) rethrows {
        var merged: [Line] = []
        merged.reserveCapacity(measured.count + added.count)
        var rest = added[...]
        for line in measured {
            while let first = rest.first, first.t < line.t { merged.append(rest.removeFirst()) }
            merged.append(line)
        }
        merged += rest
        guard hasClock else { return try merged.forEach(body) }
        let topic = Topic.clockText(site: header.site)
        var index = 0
        var tick = header.start + header.step
        while tick <= end {
            while index < merged.count, merged[index].t <= tick {
                try body(merged[index])
                index += 1
            }
            let payload = JSON.object([.init("ts", .string(tick.rfc3339))]).line
            try body(Line.message(Arrival(t: tick, topic: topic, payload: Array(payload.utf8))))
            tick = tick + header.step
        }
        try merged[index...].forEach(body)
    }
}
