import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinStore
import TwinTesting

/// A run that was killed anywhere goes on as if nothing had happened: same digest, same books.
@Suite("Recovery")
struct RecoveryTests {
    static let steps = 40

    /// A finished run in control mode, with its store as it was in the middle and at the end.
    struct Finished: Sendable {
        var journal: [UInt8]
        var segment: String
        var messages: [InboundMessage]
        var digest: String
        var summary: String
        var halfStore: [UInt8]
        var endStore: [UInt8]
        /// Byte offset after the first mark.
        var firstMark: Int
        /// Commands of the mark at which it was stopped: they go again.
        var resent: Int
    }

    private static let finished = Task { () async throws -> Finished in
        let rig = try LiveRig()
        rig.mode = .control
        let link = try PlantLink(rig.simulator())
        rig.duration = .minutes(Int64(steps / 2))
        _ = try await rig.go(link)
        let half = try rig.temporary.bytes("twin.sqlite")
        let resent = link.commands(ofTick: steps / 2).count
        rig.duration = .minutes(Int64(steps))
        let summary = try #require(try await rig.go(link))
        let segment = try #require(try rig.journal.segments().first)
        let bytes = try rig.temporary.bytes("twin.journal/\(segment)")
        let firstMark = try #require(Data(bytes).range(of: Data("\"tick\":1,".utf8)))
        let lineEnd = try #require(bytes[firstMark.upperBound...].firstIndex(of: 0x0A))
        return Finished(
            journal: bytes, segment: segment, messages: try rig.journalLines().compactMap(\.inbound),
            digest: summary.digest, summary: summary.timeless, halfStore: half,
            endStore: try rig.temporary.bytes("twin.sqlite"), firstMark: lineEnd + 1,
            resent: resent)
    }

    @Test(
        "a live run and the replay of its journal give one digest and one summary",
        arguments: [ControlMode.shadow, .control])
    func liveIsReplay(mode: ControlMode) async throws {
        let rig = try LiveRig()
        rig.mode = mode
        rig.duration = .hours(1)
        let live = try #require(try await rig.go(try PlantLink(rig.simulator())))
        let again = try await rig.replayed()
        #expect(live.steps == 60)
        #expect(again.summary.digest == live.digest)
        #expect(again.firstDifferingTick == nil)
        #expect(again.notes.warnings.isEmpty && again.notes.refusalTotal == 0)
        #expect(live.counts.messages > 360)
        #expect(again.summary.counts == live.counts)
        #expect(again.summary.commands == live.commands)
        #expect(try rig.reported().timeless == live.timeless)
        #expect(mode == .shadow || live.commands.accepted > 20)
    }

    @Test("a run that was stopped in the middle and gone on with equals one that was not")
    func stoppedOnce() async throws {
        let finished = try await Self.finished.value
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(Int64(Self.steps))
        let whole = try #require(try await rig.go(try PlantLink(rig.simulator())))
        #expect(whole.digest == finished.digest)
        #expect(whole.vehicles > 10)
        let stopped = try JSONReader.read(Array(finished.summary.utf8))
        #expect(stopped["energy_kwh"] == whole.json["energy_kwh"])
        #expect(stopped["commands"] == whole.json["commands"])
        // The commands that went again at the restart are acknowledged again; those messages are the one difference.
        #expect(stopped.number("messages") == Double(whole.counts.messages + finished.resent))
    }

    enum StoreLeft: CaseIterable { case none, half, end }

    @Test(
        "a journal that was cut anywhere is gone on with to the same digest and the same books",
        arguments: [UInt64](0..<48))
    func cutAnywhere(seed: UInt64) async throws {
        let finished = try await Self.finished.value
        var stream = SeedStream(seed: seed, name: "cut")
        let room = UInt64(finished.journal.count - finished.firstMark) + 1
        let offset = finished.firstMark + Int(stream.next() % room)
        // The store is gone, or older than the journal's end, or ahead of it: the journal is the truth.
        let left = StoreLeft.allCases[Int(seed % 3)]
        try await goOn(finished, offset, left, "seed \(seed), byte \(offset), store \(left)")
    }

    private func goOn(_ finished: Finished, _ offset: Int, _ left: StoreLeft, _ comment: Comment) async throws {
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(Int64(Self.steps))
        _ = try rig.temporary.makeFolder("twin.journal")
        let cut = finished.journal.prefix(offset)
        try rig.temporary.write("twin.journal/\(finished.segment)", Array(cut))
        switch left {
        case .none: break
        case .half: try rig.temporary.write("twin.sqlite", finished.halfStore)
        case .end: try rig.temporary.write("twin.sqlite", finished.endStore)
        }
        let whole = cut.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let kept = cut[..<whole].split(separator: 0x0A).dropFirst().filter {
            (try? Line(bytes: Array($0), start: LiveRig.start, number: 0))?.inbound != nil  // marks and links
        }
        let link = ScriptLink(Array(finished.messages.dropFirst(kept.count)), clock: rig.clock)
        let summary = try #require(try await rig.go(link), comment)
        #expect(summary.digest == finished.digest, comment)
        #expect(summary.timeless == finished.summary, comment)
        #expect(try rig.reported().timeless == finished.summary, comment)
        let again = try await rig.replayed()
        #expect(again.summary.digest == finished.digest, comment)
        #expect(again.notes.warnings.isEmpty, comment)
        #expect(again.firstDifferingTick == nil, comment)
    }

    @Test("a checkpoint of another build is not used, and the books are the same")
    func otherBuild() async throws {
        let finished = try await Self.finished.value
        let rig = try rig(of: finished)
        rig.build = "another"
        let link = ScriptLink([], clock: rig.clock)
        let summary = try #require(try await rig.go(link))
        #expect(summary.digest == finished.digest)
        #expect(try rig.reported().timeless == finished.summary)
    }

    @Test("a checkpoint of a mark that the journal does not hold is not used", arguments: [0, 1])
    func otherMark(shift: Int) async throws {
        let finished = try await Self.finished.value
        let rig = try rig(of: finished)
        do {
            let store = try openStore(rig.storePath, mustExist: true)
            let header = try Header(bytes: Array(finished.journal.prefix { $0 != 0x0A }))
            _ = try store.begin(RunIdentity(header))
            var batch = StoreBatch(rig.config.method.chart)
            batch.checkpoint = Array("of a journal that was cut and grew again".utf8)
            batch.cursor = JournalCursor(
                segment: finished.segment, offset: Int64(finished.firstMark + shift), tick: 1, chain: DigestChain().hex)
            try store.write(batch)
        }
        let summary = try #require(try await rig.go(ScriptLink([], clock: rig.clock)))
        #expect(summary.digest == finished.digest)
        #expect(try rig.reported().timeless == finished.summary)
    }

    @Test("a journal whose bytes were changed is not gone on with")
    func changedJournal() async throws {
        let finished = try await Self.finished.value
        let rig = try rig(of: finished)
        var bytes = finished.journal
        let value = try #require(Data(bytes).range(of: Data("\"load_kw\":".utf8))?.upperBound)
        bytes[value] = bytes[value] == 0x31 ? 0x32 : 0x31
        try rig.temporary.write("twin.journal/\(finished.segment)", bytes)
        try FileManager.default.removeItem(atPath: rig.storePath)
        let link = ScriptLink([], clock: rig.clock)
        let problem = try await #require(throws: JournalProblem.self) { try await rig.go(link) }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("tick 1 has another checksum than its mark says"))
        #expect(link.log.isEmpty)
    }

    @Test("a segment that was begun without its header is dropped")
    func tornSegment() async throws {
        let finished = try await Self.finished.value
        let rig = try rig(of: finished)
        let next = JournalFolder.segmentName(run: LiveRig.run, number: 2)
        try rig.temporary.write("twin.journal/\(next)", Array("{\"twin\":\"rep".utf8))
        rig.duration = .minutes(Int64(Self.steps) + 1)
        let now = LiveRig.start + .minutes(Int64(Self.steps) + 1)
        _ = try await rig.go(ScriptLink([.clock(now)], clock: rig.clock))
        #expect(try rig.journal.segments() == [finished.segment])
        let again = try await rig.replayed()
        #expect(again.summary.steps == Self.steps + 1)
        #expect(again.firstDifferingTick == nil)
    }

    @Test("a twin that finds its journal locked changes nothing in it")
    func secondTwin() async throws {
        let finished = try await Self.finished.value
        let rig = try rig(of: finished)
        // The other twin is in the middle of a line.
        let torn = finished.journal + Array("{\"t\":\"2025".utf8)
        try rig.temporary.write("twin.journal/\(finished.segment)", torn)
        let header = try Header(bytes: Array(finished.journal.prefix { $0 != 0x0A }))
        let other = try JournalWriter(
            folder: rig.journal, header: header, zone: rig.config.zone,
            resumed: JournalEnd(
                segment: finished.segment, number: 1, linesSinceMark: 0, tick: Self.steps, chain: finished.digest,
                end: LiveRig.start + .minutes(Int64(Self.steps)), configuration: header.config, mode: header.mode))
        let link = ScriptLink([], clock: rig.clock)
        let problem = try await #require(throws: JournalProblem.self) { try await rig.go(link) }
        #expect(problem.exitCode == 73)
        #expect(try rig.temporary.bytes("twin.journal/\(finished.segment)") == torn)
        #expect(link.log.isEmpty)
        _ = other
    }

    /// A rig with the finished run's journal and store in it.
    private func rig(of finished: Finished) throws -> LiveRig {
        let rig = try LiveRig()
        rig.mode = .control
        _ = try rig.temporary.makeFolder("twin.journal")
        try rig.temporary.write("twin.journal/\(finished.segment)", finished.journal)
        try rig.temporary.write("twin.sqlite", finished.endStore)
        return rig
    }
}
