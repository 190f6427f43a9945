import Foundation
public import TwinCore
import TwinFiles

/// The engine's state before a segment, kept where the segments before it are archived: what is left stays a run that
/// can be stepped.
public struct OpeningState: Sendable, Hashable {
    static let version = "opening/1"
    /// A state of a whole plant has less than a hundredth of it.
    static let bytesMax = 1 << 26

    public var run: String
    /// The tick that follows.
    public var firstTick: Int
    /// After the tick before it.
    public var chain: String
    /// Where that tick begins.
    public var from: PlantTime
    /// Of the program that made it.
    public var build: String
    /// `TwinEngine.checkpoint()`.
    public var state: [UInt8]

    public init(run: String, firstTick: Int, chain: String, from: PlantTime, build: String, state: [UInt8]) {
        self.run = run
        self.firstTick = firstTick
        self.chain = chain
        self.from = from
        self.build = build
        self.state = state
    }

    /// A line that says what it is, then the engine's bytes.
    var bytes: [UInt8] {
        let head = JSON.fields([
            "twin": .string(OpeningState.version), "run": .string(run), "first_tick": .integer(firstTick),
            "chain": .string(chain), "from": .string(from.rfc3339), "build": .string(build),
            "sha256": .string(OpeningState.hash(state)),
        ])
        return head.bytes + [0x0A] + state
    }

    /// Nil for anything that is not whole.
    init?(bytes: [UInt8]) {
        guard let end = bytes.firstIndex(of: 0x0A),
            let head = try? JSONReader.read(Array(bytes[..<end])),  // no JSON, no state
            head["twin"]?.text == OpeningState.version, let run = head["run"]?.text,
            let tick = head["first_tick"]?.integer.flatMap(Int.init(exactly:)), let chain = head["chain"]?.text,
            let from = head["from"]?.text.flatMap({ PlantTime(rfc3339: $0) }), let build = head["build"]?.text
        else { return nil }
        let state = Array(bytes[bytes.index(after: end)...])
        guard head["sha256"]?.text == OpeningState.hash(state) else { return nil }
        self.init(run: run, firstTick: tick, chain: chain, from: from, build: build, state: state)
    }

    private static func hash(_ state: [UInt8]) -> String { contentHash(of: [(name: "state", bytes: state)]) }
}

extension JournalFolder {
    var openingFolder: String { path + "/.opening" }

    func openingFile(_ firstTick: Int) -> String { "\(openingFolder)/\(firstTick).state" }

    /// The state before a segment; nil when none is kept.
    public func opening(before segment: JournalSegment) throws(JournalProblem) -> OpeningState? {
        let path = openingFile(segment.firstTick)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path, bytesMax: OpeningState.bytesMax) } catch { throw JournalProblem(error) }
        guard let opening = OpeningState(bytes: bytes), opening.run == segment.header.run,
            opening.firstTick == segment.firstTick, opening.chain == segment.header.chain
        else {
            throw JournalProblem(
                "\(path): is damaged, or is not the state before \(segment.name); put back the segments before it from"
                    + " the archive, or a copy of this file", exitCode: 65)
        }
        return opening
    }

    /// Keeps a state; the same one may be there already.
    public func keep(_ opening: OpeningState) throws(JournalProblem) {
        do {
            try FileManager.default.createDirectory(atPath: openingFolder, withIntermediateDirectories: true)
        } catch {
            throw JournalProblem("\(openingFolder): cannot be created (\(error.systemWords))", exitCode: 73)
        }
        do { try WholeFile.write(opening.bytes, to: openingFile(opening.firstTick)) } catch {
            throw JournalProblem(error)
        }
    }

    /// Removes the states that no segment of the folder needs any more.
    func dropOpenings(before tick: Int) {
        // What cannot be read or removed is only in the way.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: openingFolder)) ?? []
        for name in names where name.hasSuffix(".state") && !name.hasPrefix(".") {
            if let own = Int(name.dropLast(".state".count)), own < tick {
                try? FileManager.default.removeItem(atPath: "\(openingFolder)/\(name)")  // see above
            }
        }
    }
}

extension TwinEngine {
    /// Goes on from an opening state.
    func restore(_ opening: OpeningState, of path: String, configurations: ConfigurationSource) async throws {
        do { try await restore(opening.state, configurations: configurations) } catch {
            throw JournalProblem(
                "\(path): the state before tick \(opening.firstTick) was made by \(opening.build) and cannot be read"
                    + " (\(error)); put back the segments before it from the archive", exitCode: 65)
        }
        guard state.tick + 1 == opening.firstTick, state.chain.hex == opening.chain else {
            throw JournalProblem(
                "\(path): the state before tick \(opening.firstTick) is of tick \(state.tick); put back the segments"
                    + " before it from the archive", exitCode: 65)
        }
    }

    /// The state after the last tick, for the segment that follows.
    func opening(build: String) async throws -> OpeningState {
        OpeningState(
            run: plan.run, firstTick: state.tick + 1, chain: state.chain.hex, from: state.grid.to(state.tick),
            build: build, state: try await checkpoint())
    }
}
