import Foundation
import Glibc
import Testing
import TwinCore

/// Plays live runs that are killed at seeded moments and started again with the same command.
enum Killing {
    /// Kills a run of `minutes` once in each of `windows`, ticks.
    static func play(seed: UInt64, minutes: Int, windows: [ClosedRange<Int>]) async throws {
        try await Scene.play { scene in
            var chance = SeedStream(seed: seed, name: "kills")
            let live = try await Live(scene, minutes: minutes)
            var twin = try live.twin()
            try await live.wait(for: twin)
            let plant = try live.plant(speed: 120)
            for window in windows {
                let tick = window.lowerBound + Int(chance.unit() * Double(window.count))
                let later = Duration.seconds(0.5 * chance.unit())
                try await twin.wait("tick \(tick)") { try Journal.ticks(live.journal) >= tick }
                let moment = ContinuousClock.now + later
                try await poll("the seeded moment", within: .seconds(5)) { ContinuousClock.now >= moment }
                try await twin.crash()
                twin = try live.twin()
            }
            let printed = try await live.end(of: twin)
            let (summary, journal) = try await live.compare(printed)
            #expect(summary.count("steps") == minutes)
            #expect(summary.count("rejected") == 0)
            let watch = try StorageWatch(journal, commands: live.observer.payloads)
            #expect(watch.moving > 0)
            _ = try await plant.success()
            let report = try await scene.twin(
                "report", "--store", scene.path("live.sqlite"), "--format", "json"
            ).success()
            #expect(Summary.timeless(try Summary.one(in: report)) == Summary.timeless(summary))
        }
    }
}

/// A twin that is killed goes on as if nothing had happened.
@Suite(.serialized)
struct KillTests {
    @Test func `Killed twice, a live run goes on to the digest of its journal and no command acts twice`() async throws
    {
        try await Killing.play(seed: 1, minutes: 24, windows: [2...6, 9...12])
    }

    @Test(arguments: [UInt64(1), 2])
    func `Killed in a burst, the twin has journalled every message that the broker took`(seed: UInt64) async throws {
        try await Scene.play { scene in
            var chance = SeedStream(seed: seed, name: "burst")
            let live = try await Live(scene, minutes: 1)
            let twin = try live.twin(mode: "shadow")
            try await live.wait(for: twin)
            let client = try Client(live.broker, "burst")
            let feed = PlantFeed(client)
            try feed.clock()
            // The run begins when the clock's next line follows the first.
            try client.publish(PlantFeed.clockTopic, #"{"ts":"\#((PlantFeed.start + .seconds(1)).rfc3339)"}"#)
            let total = 1000
            let victim = Int(100 + chance.unit() * 800)
            for number in 0..<total {
                try publish(number, feed)
                guard number == victim else { continue }
                // The twin is in the middle of it when some of the burst is on its disk.
                let part = Int(chance.unit() * Double(victim))
                try await twin.wait("message \(part)") { try Journal.arrivals(live.journal) > part }
                try await twin.crash()
            }
            try await client.settle()
            let again = try live.twin(mode: "shadow")
            // Sent twice on purpose, beside what the broker repeats.
            for number in 0..<10 { try publish(number, feed) }
            try client.publish(PlantFeed.clockTopic, #"{"ts":"\#((PlantFeed.start + .minutes(1)).rfc3339)"}"#)
            try await client.settle()
            let (summary, journal) = try await live.compare(try await again.success())
            let numbers = try journal.stepped.filter { $0.topic == PlantFeed.shopTopic }.map {
                try #require(try JSONReader.read($0.payload)["seq"]?.integer)
            }
            #expect(Set(0..<Int64(total)).subtracting(numbers).isEmpty, "acknowledged by the broker and not journalled")
            #expect(Set(numbers).count == total)
            #expect(summary.count("duplicates") == numbers.count - total)
            #expect(summary.count("duplicates") >= 10)
            #expect(summary.count("readings") == total)
            #expect(summary.count("rejected") == 0)
            #expect(summary.count("messages") == journal.stepped.count)
        }
    }

    private func publish(_ number: Int, _ feed: PlantFeed) throws {
        let ts = PlantFeed.start + Span(ms: Int64(number) * 50)
        try feed.client.publish(
            PlantFeed.shopTopic, #"{"ts":"\#(ts.rfc3339)","seq":\#(number),"load_kw":\#(10_000 + number % 7)}"#)
    }
}

/// Many kills, for a night: `TWIN_SOAK_KILLS=100` plays as many, two in each run. Without it nothing is played.
@Suite(.serialized)
struct SoakTests {
    static let kills = ProcessInfo.processInfo.environment["TWIN_SOAK_KILLS"].flatMap { Int($0) } ?? 0

    @Test(.enabled(if: SoakTests.kills > 0), arguments: 0..<UInt64((max(0, kills) + 1) / 2))
    func `A live run survives kills at many seeded moments`(round: UInt64) async throws {
        try await Killing.play(seed: 1000 + round, minutes: 20, windows: [1...9, 11...17])
    }
}
