import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinStore
import TwinTesting

/// What a live run publishes, when, and what it refuses to start with.
@Suite("Live modes")
struct LiveModeTests {
    @Test("shadow publishes nothing at all, and still decides")
    func shadow() async throws {
        let rig = try LiveRig()
        rig.duration = .minutes(30)
        let link = try PlantLink(rig.simulator())
        let summary = try #require(try await rig.go(link))
        #expect(link.published.isEmpty)
        #expect(summary.commands.issued > 10)
        #expect(summary.commands.accepted == 0)
        // Nor when it goes on.
        rig.duration = .minutes(35)
        let again = try PlantLink(rig.simulator())
        _ = try await rig.go(again)
        #expect(again.published.isEmpty)
    }

    @Test("advise publishes what it thinks, retained, and no command")
    func advise() async throws {
        let rig = try LiveRig()
        rig.mode = .advise
        rig.duration = .minutes(20)
        let link = try PlantLink(rig.simulator())
        _ = try await rig.go(link)
        #expect(link.commands.isEmpty)
        #expect(link.published.allSatisfy { $0.retain && $0.topic.hasPrefix("v1/sunderland/twin/") })
        #expect(link.published.filter { $0.topic.hasSuffix("twin/state") }.count == 20)
        let status = link.published.filter { $0.topic.hasSuffix("twin/status") }.map {
            String(decoding: $0.payload, as: UTF8.self)
        }
        #expect(status == ["online", "offline"])
    }

    @Test("control publishes commands as requests: response topic, correlation, never retained")
    func control() async throws {
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(20)
        let link = try PlantLink(rig.simulator())
        let summary = try #require(try await rig.go(link))
        #expect(link.commands.count == summary.commands.issued)
        #expect(summary.commands.accepted + summary.commands.pending == summary.commands.issued)
        for command in link.commands {
            #expect(command.topic.hasPrefix("v1/sunderland/") && command.topic.hasSuffix("/cmd"))
            #expect(command.responseTopic == command.topic.replacing("/cmd", with: "/ack"))
            #expect(!command.retain && command.qos == 1)
            // Under the event clock a broker cannot know when plant time is over.
            #expect(command.expiryS == nil)
            let json = try JSONReader.read(command.payload)
            let id = try #require(json["id"]?.text)
            #expect(id.hasPrefix("\(LiveRig.run)-"))
            #expect(command.correlation == Array(id.utf8))
            let ts = try #require(json["ts"]?.text.flatMap { PlantTime(rfc3339: $0) })
            #expect(json["expires"]?.text == (ts + .minutes(2)).rfc3339)
            #expect(json["lease_s"]?.double == 180)
        }
    }

    @Test("every controlled asset gets a command at least every second step, 0 included")
    func renewal() async throws {
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(20)
        let link = try PlantLink(rig.simulator())
        _ = try await rig.go(link)
        let ticks = try link.commands.map { command in
            let id = try #require(try JSONReader.read(command.payload)["id"]?.text)
            return try #require(Int(id.split(separator: "-")[1]))
        }
        #expect(ticks.first == 1)
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $1 - $0 <= 2 })
    }

    @Test("commands leave after their mark is on disk, and nothing is acknowledged before it is journalled")
    func order() async throws {
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(10)
        let link = try PlantLink(rig.simulator())
        // Batches end in the middle of a tick too, where no mark brings the lines to the disk.
        link.batchMax = 3
        var received = 0
        var flushes = 0
        link.onEvent = { event in
            switch event {
            case .received(let count): received += count
            case .flushed:
                flushes += 1
                #expect(try rig.journalLines().compactMap(\.inbound).count == received)
            case .published(let message) where message.topic.hasSuffix("/cmd"):
                let id = try #require(try JSONReader.read(message.payload)["id"]?.text)
                let tick = try #require(try rig.journalLines().compactMap(\.mark).last?.tick)
                #expect(id.hasPrefix("\(LiveRig.run)-\(tick)-"))
            default: break
            }
        }
        _ = try await rig.go(link)
        #expect(flushes >= 10 && received > 60)
    }

    @Test("after a restart only the last mark's command goes again, with the same id")
    func resent() async throws {
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(11)
        let first = try PlantLink(rig.simulator())
        _ = try await rig.go(first)
        let last = first.commands(ofTick: 11)
        #expect(!last.isEmpty && last.last == first.commands.last)
        let second = ScriptLink([], clock: rig.clock)
        _ = try await rig.go(second)
        #expect(second.published.filter { $0.topic.hasSuffix("/cmd") } == last)
        let connected = try #require(second.log.firstIndex(of: .connected))
        let sent = try #require(second.log.firstIndex(of: .published(last[0])))
        #expect(connected < sent)
    }

    @Test("no command of an earlier mark goes again")
    func nothingToResend() async throws {
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(10)
        let first = try PlantLink(rig.simulator())
        _ = try await rig.go(first)
        let last = first.commands(ofTick: 10)
        let second = ScriptLink([], clock: rig.clock)
        _ = try await rig.go(second)
        // Those of the marks before are not for the present any more.
        #expect(second.published.filter { $0.topic.hasSuffix("/cmd") } == last)
    }

    @Test("under the wall clock an expired command does not go again", arguments: [0, 119, 121])
    func expiredMeanwhile(awayS: Int64) async throws {
        let rig = try LiveRig()
        rig.mode = .control
        rig.kind = .wall
        rig.duration = .minutes(11)
        let first = try PlantLink(rig.simulator(), clock: rig.clock)
        _ = try await rig.go(first)
        let last = try #require(first.commands.last)
        #expect(last.expiryS == 117)  // two minutes less the 3 s until the mark
        let decided = try #require(try JSONReader.read(last.payload)["ts"]?.text.flatMap { PlantTime(rfc3339: $0) })
        rig.clock.set(max(rig.clock.now, decided + .seconds(awayS)))
        rig.clock.stop()
        let second = ScriptLink([], clock: rig.clock)
        _ = try await rig.go(second)
        let again = second.published.filter { $0.topic.hasSuffix("/cmd") }
        #expect(again.map(\.correlation) == (awayS < 120 ? first.commands(ofTick: 11).map(\.correlation) : []))
        #expect(again.allSatisfy { Int64($0.expiryS ?? 999) <= 120 - awayS })
    }

    @Test("a line after the last mark that passes its end closes the tick before any new line, and publishes once")
    func closesOnResume() async throws {
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(10)
        _ = try await rig.go(try PlantLink(rig.simulator()))
        // Killed between the clock line that closes tick 10 and its mark.
        let segment = try #require(try rig.journal.segments().first)
        var lines = try Repository.lines(of: rig.journal.file(segment))
        let mark = lines.removeLast()
        #expect(mark.contains("\"tick\":10,"))
        try rig.temporary.write("twin.journal/\(segment)", lines: lines)
        let link = ScriptLink([], clock: rig.clock)
        let summary = try #require(try await rig.go(link))
        #expect(summary.steps == 10)
        #expect(try rig.journalLines().last { $0.mark != nil }?.mark?.tick == 10)
        // Nothing was published before the connection stood.
        #expect(link.log.first == .connected)
        #expect(try await rig.replayed().summary.digest == summary.digest)
    }

    @Test("another clock than the journal's is refused as 78, before anything is changed")
    func otherClock() async throws {
        let rig = try LiveRig()
        rig.duration = .minutes(3)
        _ = try await rig.go(try PlantLink(rig.simulator()))
        let before = try rig.temporary.bytes("twin.journal/\(LiveRig.run)-000001.jsonl")
        rig.kind = .wall
        let link = ScriptLink([], clock: rig.clock)
        let problem = try await #require(throws: JournalProblem.self) { try await rig.go(link) }
        #expect(problem.exitCode == 78)
        #expect(problem.description.contains("was begun with --clock event"))
        #expect(link.log.isEmpty)
        #expect(try rig.temporary.bytes("twin.journal/\(LiveRig.run)-000001.jsonl") == before)
    }

    @Test("a store whose run overlaps is refused before a journal is made")
    func otherStore() async throws {
        let rig = try LiveRig()
        rig.duration = .minutes(3)
        _ = try await rig.go(try PlantLink(rig.simulator()))
        try FileManager.default.moveItem(atPath: rig.journal.path, toPath: rig.temporary.path("elsewhere"))
        // It would lie over the first one.
        let other = ScriptLink(
            [.clock(LiveRig.start + .minutes(1)), .clock(LiveRig.start + .minutes(2))], clock: rig.clock)
        let problem = try await #require(throws: StoreProblem.self) { try await rig.go(other) }
        #expect(problem.exitCode == 73)
        #expect(try rig.journal.segments() == [])
    }

    @Test("a clock more than a day behind the journal is refused as 65; less is made up for, and said")
    func clockBehind() async throws {
        let rig = try LiveRig()
        rig.kind = .wall
        rig.duration = .minutes(3)
        _ = try await rig.go(try PlantLink(rig.simulator(), clock: rig.clock))
        rig.clock.step(by: .minutes(-20))
        rig.duration = nil
        _ = try await rig.go(ScriptLink([], clock: rig.clock))
        let words = try rig.journalLines().compactMap { line in
            if case .op(let json) = line.body { json["alarm"]?.text } else { nil }
        }
        #expect(words == ["twin/clock/clock"])
        rig.clock.step(by: .days(-2))
        let problem = try await #require(throws: JournalProblem.self) {
            try await rig.go(ScriptLink([], clock: rig.clock))
        }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("--journal"))
    }

    @Test("half an hour without the twin is one alarm, and not one for each asset that it neither heard nor told")
    func away() async throws {
        let rig = try LiveRig()
        rig.kind = .wall
        rig.mode = .control
        rig.duration = .minutes(10)
        let first = try PlantLink(rig.simulator(), clock: rig.clock)
        _ = try await rig.go(first)
        #expect(!first.commands.isEmpty)
        let back = (rig.clock.now + .minutes(30)).floored(to: .minutes(1))
        rig.clock.set(back)
        rig.duration = .minutes(70)
        _ = try await rig.go(
            try PlantLink(PlantSimulator(config: rig.config, start: back, seed: 7), clock: rig.clock))
        let raised = try rig.journalLines().compactMap(\.mark).flatMap(\.alarms).filter { $0.cause != nil }.map(\.path)
        #expect(raised == ["twin/broker/link"])
    }
}
