import Foundation
public import TwinConfiguration
import TwinCore
import TwinFiles

/// Reads a journal's segments strictly, tick by tick: whatever is not as a writer leaves it is a problem with its
/// place.
struct JournalReader {
    /// The lines of one tick, and the mark that closed it.
    struct Tick {
        var lines: [Line] = []
        var mark: Mark
        /// `file:line` of the mark.
        var place: String
    }

    private let segments: [JournalSegment]
    private let folder: JournalFolder
    private var index = -1
    private var reader: LineReader?
    private var decoder = LineDecoder(start: .earliest)
    private var lines: [Line] = []
    private var sum = LineSum()
    /// Of the last mark, and the latest of the lines behind it.
    private var (markedAt, latest) = (PlantTime.earliest, PlantTime.earliest)
    /// The last mark's tick and chain.
    private(set) var tick: Int
    private(set) var chain: String
    /// Bytes read of the segments on disk.
    private var bytesBefore: Int64 = 0
    /// Lines after the last mark, at the end: the next start takes them up.
    var linesOpen: Int { lines.count }
    /// Whether the journal ends inside a line, which was never acknowledged.
    private(set) var endsInLine = false

    /// - Parameter segments: of one folder, without a gap; at least one.
    init(_ segments: [JournalSegment], in folder: JournalFolder) {
        self.segments = segments
        self.folder = folder
        tick = segments.first?.tickBefore ?? 0
        chain = segments.first?.header.chain ?? DigestChain().hex
    }

    /// Share of the bytes that are read.
    var share: Double {
        Double(bytesBefore + (reader?.bytesRead ?? 0)) / Double(max(1, segments.reduce(0) { $0 + $1.bytes }))
    }

    /// After the last tick's mark.
    var cursor: JournalCursor {
        JournalCursor(
            segment: JournalSegment.plainName(segment.name), offset: reader?.offset ?? 0, tick: tick, chain: chain)
    }

    /// The segment that the last tick's mark stands in.
    var segment: JournalSegment { segments[max(0, min(index, segments.count - 1))] }

    /// The next tick; nil at the end.
    mutating func next() throws(JournalProblem) -> Tick? {
        while true {
            guard let reader else {
                guard try openNext() else { return nil }
                continue
            }
            guard let read = reader.next() else {
                if let truncation = reader.truncation {
                    throw JournalProblem("\(segment.path):\(reader.number + 1): error: \(truncation)", exitCode: 65)
                }
                bytesBefore += segment.bytes
                self.reader = nil
                continue
            }
            if reader.isLastLineOpen, reader.truncation == nil {
                guard index == segments.count - 1, !segment.isCompressed else {
                    throw problem(reader, "the segment ends inside a line")
                }
                endsInLine = true
                continue
            }
            guard case .line(let bytes) = read else { throw problem(reader, "a line is too long") }
            let line: Line
            do { line = try decoder.line(bytes, number: reader.number) } catch {
                throw problem(reader, error.text)
            }
            guard case .mark(let mark) = line.body else {
                guard line.t >= markedAt else {
                    throw problem(reader, "t \(line.t.rfc3339) is before the mark before it, of \(markedAt.rfc3339)")
                }
                latest = max(latest, line.t)
                lines.append(line)
                sum.add(bytes.span)
                continue
            }
            guard line.t >= latest else {
                throw problem(reader, "the mark's t \(line.t.rfc3339) is before that of a line, \(latest.rfc3339)")
            }
            (markedAt, latest) = (line.t, line.t)
            return try close(mark, reader)
        }
    }

    private mutating func close(_ mark: Mark, _ reader: LineReader) throws(JournalProblem) -> Tick {
        guard mark.tick == tick + 1 else {
            throw problem(
                reader, "mark of tick \(mark.tick) of \(markedAt.rfc3339), expected that of tick \(tick + 1)")
        }
        guard mark.n == lines.count else {
            throw problem(
                reader,
                "tick \(mark.tick) of \(markedAt.rfc3339) has \(lines.count) lines, its mark says \(mark.n);"
                    + " lines were lost or added")
        }
        guard !mark.isOther(than: sum) else {
            throw problem(reader, "\(mark.otherSentence); the mark is of \(markedAt.rfc3339)")
        }
        tick = mark.tick
        chain = mark.chain
        sum = LineSum()
        defer { lines.removeAll() }
        return Tick(lines: lines, mark: mark, place: "\(segment.path):\(reader.number)")
    }

    private mutating func openNext() throws(JournalProblem) -> Bool {
        guard index + 1 < segments.count else { return false }
        guard lines.isEmpty else {
            throw JournalProblem(
                "\(segment.path): error: the segment ends behind its last mark, expected at it", exitCode: 65)
        }
        index += 1
        let reader = try folder.open(segment)
        guard case .line(let bytes)? = reader.next(), let header = try? Header(bytes: bytes) else {  // it was read once
            throw problem(reader, "has no header")
        }
        guard header.marks else { throw problem(reader, "the header says \"marks\":false, and a journal has marks") }
        guard header.firstTick == tick + 1 else {
            throw problem(
                reader,
                "the header begins with tick \(header.firstTick), expected tick \(tick + 1) after the segment"
                    + " before; segments are missing or were exchanged")
        }
        guard (header.chain ?? DigestChain().hex) == chain else {
            throw problem(reader, "the header's chain is not that of the last mark before, of tick \(tick)")
        }
        self.reader = reader
        sum.add(bytes.span)
        decoder = LineDecoder(start: segment.header.start)
        return true
    }

    private func problem(_ reader: LineReader, _ text: String) -> JournalProblem {
        JournalProblem("\(segment.path):\(max(1, reader.number)): error: \(text)", exitCode: 65)
    }
}

/// Steps a journal again with the configuration that it kept; every mark's chain must come out as it was written.
struct JournalStepper {
    let engine: TwinEngine
    private let configurations: ConfigurationSource

    /// - Parameter opening: the state before the first of `segments`; nil from tick 1 on.
    init(
        _ folder: JournalFolder, from first: JournalSegment, opening: OpeningState?, seating: Seating
    ) async throws {
        configurations = { hash in try folder.configuration(hash) }
        engine = TwinEngine(
            config: try configurations(first.header.config), plan: RunPlan(first.header), seating: seating)
        guard let opening else { return }
        try await engine.restore(
            opening, of: folder.openingFile(opening.firstTick), configurations: configurations)
    }

    func step(_ tick: JournalReader.Tick) async throws {
        _ = try await JournalStepper.step(tick, engine, configurations)
    }

    static func step(
        _ tick: JournalReader.Tick, _ engine: TwinEngine, _ configurations: ConfigurationSource
    ) async throws -> TickOutcome {
        let outcome = await engine.close(try TickInput(tick.lines, configurations: configurations))
        guard outcome.chain.hex == tick.mark.chain else {
            throw JournalProblem(
                "\(tick.place): error: tick \(tick.mark.tick) does not step to the chain of its mark; one of its lines"
                    + " was changed, or another program or configuration wrote it", exitCode: 65)
        }
        return outcome
    }
}

extension JournalFolder {
    /// The configurations that are kept.
    func configurationHashes() throws -> [String] {
        let folder = path + "/.config"
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.contains(".") }.sorted()
            .map { "sha256:\($0)" }
    }

    /// A kept configuration, checked against its hash.
    public func configuration(_ hash: String) throws -> SiteConfig {
        let folder = configFolder(hash)
        let config: SiteConfig
        do { config = try disk.configuration(in: folder) } catch let problem as ConfigNotFound {
            throw JournalProblem(
                "\(problem.path): is missing; the journal was made with that configuration, put it back",
                exitCode: 65)
        }
        guard config.hash == hash else {
            throw JournalProblem(
                "\(folder): has the hash \(config.hash), expected \(hash); a file in it was changed, put it back",
                exitCode: 65)
        }
        return config
    }
}
