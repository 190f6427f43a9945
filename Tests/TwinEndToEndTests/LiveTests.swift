import Foundation
import Glibc
import Testing
import TwinCore
import TwinTesting

/// The twin and the modelled plant, live over a real broker.
@Suite(.serialized)
struct LiveTests {
    @Test func `In a live hour every command is obeyed, and the journal replays to the same figures`() async throws {
        try await Scene.play { scene in
            let live = try await Live(scene, minutes: 60)
            let twin = try live.twin()
            try await live.wait(for: twin)
            // A lease is three steps: 3 s, so that a busy machine answers in time.
            let plant = try live.plant(speed: 60)
            let (summary, journal) = try await live.compare(try await live.end(of: twin))
            #expect(summary.count("steps") == 60)
            #expect(summary.count("commands", "issued") > 0)
            #expect(summary.count("commands", "rejected") == 0)
            #expect(summary.count("commands", "expired") == 0)
            // At most those of the last two marks wait: 18 assets take commands.
            #expect((0...36).contains(summary.count("commands", "pending")))
            #expect(summary.count("rejected") == 0)
            #expect(summary.count("messages") == journal.stepped.count)
            let watch = try StorageWatch(journal, commands: live.observer.payloads)
            #expect(watch.moving > 5)
            // The storage's are among all that were accepted.
            #expect((100...summary.count("commands", "accepted")).contains(watch.acknowledged.count))
            _ = try await plant.success()
        }
    }

    @Test func `More retained messages than a broker sends unacknowledged do not keep the clock away`() async throws {
        try await Scene.play { scene in
            let live = try await Live(scene, minutes: 2)
            let client = try Client(live.broker, "feed")
            // The broker sends 1,000 at a time and waits for acknowledgements.
            for index in 0..<1100 {
                try client.publish("v1/sunderland/shop/w\(index)/status", "online", retain: true)
            }
            try await client.settle()
            let twin = try live.twin(mode: "shadow")
            try await live.wait(for: twin)
            var feed = PlantFeed(client)
            try feed.clock()
            for _ in 0..<2 { try feed.step() }
            try await client.settle()
            let (summary, journal) = try await live.compare(try await live.end(of: twin), strict: false)
            #expect(summary.count("steps") == 2)
            #expect(journal.arrivals.count { $0.retain } == 1100)
        }
    }

    @Test func `A broker that freezes for three seconds costs nothing but time`() async throws {
        try await Scene.play { scene in
            let live = try await Live(scene, minutes: 16)
            let twin = try live.twin()
            try await live.wait(for: twin)
            let plant = try live.plant(speed: 120)
            try await twin.wait("three ticks") { try Journal.ticks(live.journal) >= 3 }
            live.broker.signal(SIGSTOP)
            let thaw = ContinuousClock.now + .seconds(3)
            try await poll("the frozen time", within: .seconds(10)) { ContinuousClock.now >= thaw }
            live.broker.signal(SIGCONT)
            let (summary, journal) = try await live.compare(try await live.end(of: twin))
            #expect(summary.count("steps") == 16)
            #expect(summary.count("gaps") == 0)
            #expect(summary.count("rejected") == 0)
            _ = try StorageWatch(journal, commands: live.observer.payloads)
            _ = try await plant.success()
        }
    }

    @Test func `A run ends at its end although more waits at the broker`() async throws {
        try await Scene.play { scene in
            let live = try await Live(scene, minutes: 10)
            let twin = try live.twin(mode: "shadow")
            try await live.wait(for: twin)
            let client = try Client(live.broker, "feed")
            var feed = PlantFeed(client)
            live.broker.signal(SIGSTOP)
            try feed.clock()
            for _ in 0..<30 { try feed.step() }
            live.broker.signal(SIGCONT)
            try await client.settle()
            let (summary, _) = try await live.compare(try await twin.success())
            #expect(summary.count("steps") == 10)
        }
    }

    @Test(arguments: [(SIGTERM, Int32(0)), (SIGINT, Int32(130))])
    func `A signal ends a live run with a summary`(number: Int32, code: Int32) async throws {
        try await Scene.play { scene in
            let live = try await Live(scene, minutes: 60)
            let twin = try live.twin(mode: "shadow")
            try await live.wait(for: twin)
            let client = try Client(live.broker, "feed")
            var feed = PlantFeed(client)
            try feed.clock()
            for _ in 0..<3 { try feed.step() }
            try await client.settle()
            try await twin.wait("three ticks") { try Journal.ticks(live.journal) == 3 }
            twin.signal(number)
            let ending = try await twin.ending()
            #expect(ending.code == code, "\(ending.err)")
            let (summary, _) = try await live.compare(ending.out)
            #expect(summary.count("steps") == 3)
        }
    }
}
