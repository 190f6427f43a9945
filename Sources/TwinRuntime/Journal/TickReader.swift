public import TwinCore
import TwinFiles
public import TwinImport

/// The lines of one tick of a file, before faults and the simulated plant.
public struct FileTick: Sendable {
    public var arrivals: [Arrival] = []
    /// Its lines that are no messages.
    public var others: [Line] = []
    public var unreadable: [RejectReason: Int] = [:]
    /// Messages for which the tick had no room.
    public var shed = 0
    /// When the tick was closed: the closing line's time, or the mark's.
    public var t: PlantTime
    /// The mark that was read; nil in a file without marks.
    public var mark: Mark?
    /// Its line in the file.
    var markLine: Int?

    /// All of them; messages come last.
    public var lines: [Line] { others + arrivals.map(Line.message) }
}

/// A file or journal that cannot be replayed.
public struct ReplayProblem: Error, Sendable, CustomStringConvertible {
    public var description: String
    public var exitCode: Int32

    public init(_ description: String, exitCode: Int32 = 65) {
        self.description = description
        self.exitCode = exitCode
    }
}

/// Cuts replay files, a journal's segments or a broker recording into ticks: by their marks, or by time where they
/// have none.
public final class TickReader {
    public let header: Header
    public private(set) var notes = RunNotes()
    /// In a file with marks, the first thing that no writer of marks leaves.
    public private(set) var difference: ChainProof.Difference?
    /// Of the last mark.
    private var chain: String?
    private let paths: [String]
    private let strict: Bool
    private var fileIndex = 0
    private var reader: LineReader
    /// Set where the file is a recording of another program.
    private var recorded: RecordedMessages?
    private var decoder: LineDecoder
    private var clock: TickClock
    private let clockTopic: String
    private var lastT: PlantTime
    /// Of the last mark.
    private var markedAt = PlantTime.earliest
    /// Messages that may be ahead of their time, in a file without marks.
    private var held: HeldLines
    private var firstTopic: String?
    private var hasTopics = false
    /// Ticks that are cut but not yet handed out.
    private var ready: [FileTick] = []
    /// How many of `ready` are handed out: a jump over a week makes thousands at once.
    private var handedOut = 0
    private var pending: FileTick
    /// Messages of the last tick: the next one has about as many.
    private var lastCount = 0
    private var linesSinceMark = 0
    /// Of these, in a file with marks.
    private var sum = LineSum()
    private var room = TickRoom()
    private var isAtEnd = false

    /// Opens the first file and reads its header, or makes one for a broker recording.
    /// - Parameters:
    ///   - paths: one file, or a journal's segments in order.
    ///   - lateness: how long a tick stays open where no clock line moves time.
    ///   - opening: the state that the segments begin with; nil from tick 1 on.
    ///   - strict: the first refused line is an error.
    ///   - frame: asked only for a broker recording.
    public init(
        paths: [String], opening: OpeningState? = nil, lateness: Span, strict: Bool, frame: () throws -> RecordingFrame
    ) throws {
        guard let first = paths.first else { throw ReplayProblem("no replay file was named", exitCode: 66) }
        self.paths = paths
        self.strict = strict
        reader = try LineReader(path: first)
        guard case .line(let bytes)? = reader.next() else {
            throw ReplayProblem("\(first): is empty\(reader.truncation.map { " (\($0))" } ?? "")")
        }
        var head: [RecordingReader.Item] = []
        if let format = RecordingFormat.detect(bytes) {
            let frame = try frame()
            var messages = RecordedMessages(
                file: first, format, site: frame.site, isBase64: frame.isBase64, first: bytes, rest: reader)
            var start: PlantTime?
            while start == nil, let item = messages.next() {
                if case .message(let arrival) = item { start = arrival.t }
                head.append(item)
            }
            guard let start else {
                throw ReplayProblem("\(first): error: holds no message that can be read; \(TickReader.acceptedForms)")
            }
            header = frame.header(first: start)
            recorded = messages
        } else {
            do { header = try Header(bytes: bytes) } catch {
                throw ReplayProblem("\(first):1: error: \(error.text); \(TickReader.acceptedForms)")
            }
            sum.add(bytes.span)
        }
        guard header.firstTick == opening?.firstTick ?? 1 else {
            throw ReplayProblem(
                "\(first): begins with tick \(header.firstTick); segments before it are missing, name the journal's"
                    + " folder")
        }
        decoder = LineDecoder(start: header.start)
        clock = TickClock(start: header.start, step: header.step, lateness: lateness, tick: header.firstTick - 1)
        clockTopic = Topic.clockText(site: header.site)
        lastT = opening?.from ?? header.start
        held = HeldLines(step: header.step)
        pending = FileTick(t: lastT)
        for item in head { try take(item) }
    }

    /// What a file may be.
    static let acceptedForms =
        "a replay file, which begins with a header line, lines of mosquitto_sub -F %j, or CSV of mqtt-recorder is "
        + "expected"

    /// At the end: the lines that no tick took and that are no messages.
    public var rest: [Line] { isAtEnd ? pending.others : [] }

    /// Bytes read and in all, over all files that are open or done; for progress.
    public var progress: (read: Int64, total: Int64) { (reader.bytesRead, max(reader.bytesTotal, 1)) }

    /// The next tick; nil at the end.
    public func next() throws -> FileTick? {
        if handedOut == ready.count {
            ready.removeAll(keepingCapacity: true)
            handedOut = 0
        }
        while ready.isEmpty, !isAtEnd { try readLine() }
        guard handedOut < ready.count else { return nil }
        handedOut += 1
        return ready[handedOut - 1]
    }

    private func readLine() throws {
        if recorded != nil { return try readRecorded() }
        var plain: Arrival?
        let isPlain = reader.take { line, number in
            plain = decoder.plainMessage(line, number: number)
            if plain != nil, header.marks { sum.add(line) }
            return plain != nil
        }
        if isPlain, let arrival = plain.take() { return try take(arrival) }
        guard let read = reader.next() else {
            try noteTruncation()
            try openNext()
            return
        }
        let bytes: [UInt8]
        switch read {
        case .line(let line):
            // Half a line at the end of a cut file: the warning about the file says it.
            if reader.truncation != nil, reader.isLastLineOpen { return }
            bytes = line
        case .tooLong(let count):
            differ("a line of \(count) bytes")
            try refuse(LineFailure(reason: .tooLarge, text: "line of \(count) bytes"), topic: "")
            return
        }
        if bytes.isEmpty { return }
        let line: Line
        do {
            line = try decoder.line(bytes, number: reader.number)
        } catch {
            // At the very end a kill may leave half a line: it was never acknowledged.
            if !(reader.isLastLineOpen && fileIndex == paths.count - 1) { differ("\(error.text), expected a line") }
            try refuse(error, topic: "")
            return
        }
        if header.marks {
            if case .mark = line.body {} else { sum.add(bytes.span) }
        }
        try take(line)
    }

    private func readRecorded() throws {
        if let item = recorded?.next() { return try take(item) }
        for sentence in recorded?.report.warnings ?? [] { notes.warn("\(path): \(sentence)") }
        try noteTruncation()
        try openNext()
    }

    private func take(_ item: RecordingReader.Item) throws {
        switch item {
        case .message(let arrival): try take(arrival)
        case .refused(let number, let failure):
            if strict { throw ReplayProblem("\(path):\(number): error: \(failure.text) (\(failure.reason.rawValue))") }
            // An import leaves such a line out, so it is counted and opens no tick.
            pending.unreadable[failure.reason, default: 0] += 1
            notes.refuse(Refusal(line: number, topic: "", failure: failure))
        }
    }

    private func noteTruncation() throws {
        guard let truncation = reader.truncation else { return }
        differ(truncation)
        if strict { throw ReplayProblem("\(paths[fileIndex]): error: \(truncation)") }
        notes.warn("\(paths[fileIndex]): \(truncation)")
    }

    private func take(_ line: Line) throws {
        if case .mark(let mark) = line.body {
            try close(with: mark, at: line.t)
            return
        }
        if case .message(let arrival) = line.body { return try take(arrival) }
        for arrival in held.confirm(to: line.t) { use(arrival) }
        var resume: PlantTime?
        if case .op(let json) = line.body { resume = json["resume"]?.text.flatMap { PlantTime(rfc3339: $0) } }
        if let resume, header.marks {
            clock.resume(at: resume)
        } else {
            guard try isNear(line.t, topic: "") else { return }
            if !header.marks, line.t > lastT + pauseMax { bridge(to: line.t) }
        }
        checkOrder(line.t)
        lastT = max(lastT, line.t)
        pending.others.append(line.t < lastT ? Line(t: lastT, line.body) : line)
        linesSinceMark += 1
        moveTime(to: lastT, isClock: false)
    }

    private func take(_ arrival: Arrival) throws {
        if header.marks {
            guard try isNear(arrival.t, topic: arrival.topic) else { return }
            return use(arrival)
        }
        if !hasTopics {
            hasTopics = firstTopic.map { $0 != arrival.topic } ?? false
            firstTopic = firstTopic ?? arrival.topic
        }
        if held.isEmpty, arrival.t <= lastT + held.leap { return use(arrival) }
        try settle(held.take(arrival, after: lastT))
    }

    private func settle(_ verdict: HeldLines.Verdict) throws {
        for arrival in verdict.refused {
            try refuse(
                LineFailure(
                    reason: .clockFuture,
                    text:
                        "t \(arrival.t.rfc3339) leaps ahead of \(lastT.rfc3339), and the lines behind it do not follow;"
                        + " look at the clock that stamped it"),
                topic: arrival.topic, line: arrival.number)
        }
        for arrival in verdict.taken { use(arrival) }
    }

    private func use(_ arrival: consuming Arrival) {
        let (t, isClock) = (arrival.t, arrival.topic == clockTopic)
        // Those behind it agree, so the recording rested.
        if !header.marks, t > lastT + pauseMax { bridge(to: t) }
        checkOrder(t)
        lastT = max(lastT, t)
        arrival.t = lastT
        if pending.arrivals.isEmpty {
            pending.arrivals.reserveCapacity(lastCount)
            room = TickRoom()
        }
        if room.takes(arrival) { pending.arrivals.append(arrival) } else { pending.shed += 1 }
        linesSinceMark += 1
        // Where there is a clock, other lines that run ahead of it do not carry it along.
        moveTime(to: isClock ? t : lastT, isClock: isClock)
    }

    /// Most ticks that one line may close: seven days of minutes. A file of few lines costs little at any step.
    private static let ticksPerLineMax: Int64 = 10_080

    /// The longest pause that is stepped over.
    private var pauseMax: Span { min(TickClock.jumpMax, TickReader.ticksPerLineMax * header.step) }

    /// Closes what there was before a pause that no run steps over, and goes on behind it as a run does after a stop.
    private func bridge(to time: PlantTime) {
        let holdsMessage = !pending.arrivals.isEmpty || !pending.unreadable.isEmpty
        closeByTime(clock.atEnd(lastLine: lastT, isNeeded: holdsMessage), at: lastT)
        let start = time.floored(to: header.step)
        notes.warn("\(path): nothing from \(lastT.rfc3339) to \(time.rfc3339); these days are missing, not zero")
        clock.resume(at: start)
        lastT = start
        pending.others.append(Instruction.resume(start).line(at: start))
        linesSinceMark += 1
    }

    /// Refuses a line whose time is beyond what a run may pass over.
    private func isNear(_ t: PlantTime, topic: String) throws -> Bool {
        if t <= lastT + TickClock.jumpMax { return true }
        differ("t \(t.rfc3339) is more than 7 days beyond the line before")
        try refuse(
            LineFailure(reason: .clockFuture, text: "t \(t.rfc3339) is more than 7 days beyond the line before"),
            topic: topic)
        return false
    }

    /// A writer of marks leaves no line that is older than the mark before it.
    private func checkOrder(_ t: PlantTime) {
        guard t < markedAt else { return }
        differ("t \(t.rfc3339) is before the mark before it, of \(markedAt.rfc3339)")
    }

    /// Closes what the last line's time closes, in a file without marks.
    private func moveTime(to t: PlantTime, isClock: Bool) {
        if header.marks { return }
        guard case .taken(let closes) = clock.take(t: t, isClock: isClock, isCertain: true) else { return }
        closeByTime(closes, at: lastT)
    }

    private func close(with mark: Mark, at t: PlantTime) throws {
        guard header.marks, mark.tick == clock.tick + 1 else {
            let found =
                header.marks
                ? "mark of tick \(mark.tick) where tick \(clock.tick + 1) is open" : "mark in a file without marks"
            differ(found)
            try refuse(LineFailure(reason: .parse, text: found), topic: "")
            return
        }
        if mark.n != linesSinceMark {
            let sentence =
                "tick \(mark.tick): \(linesSinceMark) lines, but its mark says \(mark.n); lines were lost or added"
            differ("\(linesSinceMark) lines, its mark says \(mark.n); lines were lost or added")
            if strict { throw ReplayProblem("\(place): error: \(sentence)") }
            notes.warn(sentence)
        }
        if t < lastT { differ("its mark's t \(t.rfc3339) is before that of a line, \(lastT.rfc3339)") }
        if mark.isOther(than: sum) { differ(mark.otherSentence) }
        sum = LineSum()
        lastT = max(lastT, t)
        markedAt = lastT
        pending.t = lastT
        pending.mark = mark
        pending.markLine = reader.number
        chain = mark.chain
        lastCount = pending.arrivals.count
        ready.append(pending)
        pending = FileTick(t: lastT)
        linesSinceMark = 0
        clock.closedByMark(at: lastT)
    }

    /// The first tick takes the lines, the rest none.
    private func closeByTime(_ closes: Int, at t: PlantTime) {
        for _ in 0..<closes {
            pending.t = t
            if !pending.arrivals.isEmpty { lastCount = pending.arrivals.count }
            ready.append(pending)
            pending = FileTick(t: t)
            linesSinceMark = 0
        }
    }

    private func openNext() throws {
        fileIndex += 1
        guard fileIndex < paths.count else {
            isAtEnd = true
            try settle(held.end(hadOtherTopics: hasTopics))
            // Without marks the end of the file closes the last line's tick; lines after a last mark stay open.
            if !header.marks, linesSinceMark > 0 {
                // A clock line that repeats the one before tells of no further step.
                let holdsMessage =
                    pending.arrivals.contains { $0.topic != clockTopic } || !pending.unreadable.isEmpty
                closeByTime(clock.atEnd(lastLine: lastT, isNeeded: holdsMessage), at: lastT)
            }
            return
        }
        do {
            try follow()
        } catch let problem as ReplayProblem {
            guard header.marks, !strict else { throw ReplayProblem("\(path): error: \(problem)") }
            // What stands before it is the run's, and the difference says that more is missing.
            differ(problem.description)
            isAtEnd = true
        }
    }

    /// Goes on with the next segment.
    private func follow() throws {
        reader = try TickReader.open(path)
        guard case .line(let bytes)? = reader.next() else {
            throw ReplayProblem("is empty; a journal segment begins with a header")
        }
        let next: Header
        do { next = try Header(bytes: bytes) } catch { throw ReplayProblem(error.text) }
        guard next.run == header.run, next.firstTick == clock.tick + 1 else {
            throw ReplayProblem(
                "run \(next.run) from tick \(next.firstTick) does not follow run \(header.run), tick \(clock.tick);"
                    + " a segment is missing or belongs to another journal")
        }
        sum.add(bytes.span)
        if let chain, let begun = next.chain, begun != chain {
            differ("the segment begins with another chain than that of the mark before it; it is of another journal")
        }
    }

    private static func open(_ path: String) throws(FileProblem) -> LineReader {
        do { return try LineReader(path: path) } catch {
            // A live twin may have compressed it meanwhile.
            guard case .notFound = error, let reader = try? LineReader(path: path + ".gz") else { throw error }
            return reader
        }
    }

    /// Notes what no writer of marks leaves, with its place.
    private func differ(_ what: String) {
        guard header.marks, difference == nil else { return }
        difference = ChainProof.Difference(
            tick: clock.tick + 1, file: path, line: max(1, reader.number), what: what)
    }

    /// The file that the last tick's lines came from.
    var path: String { paths[min(fileIndex, paths.count - 1)] }

    private var place: String { "\(path):\(reader.number)" }

    /// - Parameter line: its number; nil for the one that was read last.
    private func refuse(_ failure: LineFailure, topic: String, line: Int? = nil) throws {
        let number = line ?? reader.number
        if strict { throw ReplayProblem("\(path):\(number): error: \(failure.text) (\(failure.reason.rawValue))") }
        pending.unreadable[failure.reason, default: 0] += 1
        linesSinceMark += 1
        notes.refuse(Refusal(line: number, topic: topic, failure: failure))
    }
}

extension Line {
    /// The topic of a message line, else empty.
    public var topic: String { if case .message(let arrival) = body { arrival.topic } else { "" } }
}
