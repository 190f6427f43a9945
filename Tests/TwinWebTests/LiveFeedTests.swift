import NIOCore
import NIOEmbedded
import Testing
import TwinCore
import TwinRuntime
import TwinTesting

@testable import TwinWeb

@Suite("Live feed")
struct LiveFeedTests {
    @Test("who listens gets the newest picture at once, and each one that follows")
    func newest() async throws {
        let feed = try await Played.small.value.feed
        let moment = try #require(feed.moment)
        let own = LiveFeed(every: .zero)
        own.see(moment)
        let (number, snapshots) = try #require(own.listen())
        own.see(moment)
        own.leave(number)
        var count = 0
        for await snapshot in snapshots {
            #expect(snapshot == own.snapshot)
            count += 1
        }
        #expect(count == 2 && own.listenerCount == 0)
    }

    @Test("who is too slow is let go, and the others are not")
    func slow() async throws {
        let moment = try #require(try await Played.small.value.feed.moment)
        let feed = LiveFeed(every: .zero)
        let (_, slow) = try #require(feed.listen())
        for _ in 0...LiveFeed.waitingMax { feed.see(moment) }
        #expect(feed.listenerCount == 0)
        let (number, kept) = try #require(feed.listen())
        feed.see(moment)
        #expect(feed.listenerCount == 1)
        feed.leave(number)
        withExtendedLifetime(kept) {}
        var seen = 0
        for await _ in slow { seen += 1 }
        #expect(seen == LiveFeed.waitingMax)
    }

    @Test("who is gone before the answer is read holds no place")
    func gone() {
        let feed = LiveFeed(every: .zero)
        let loop = EmbeddedEventLoop()
        let closed = loop.makePromise(of: Void.self)
        // The body is never asked for: the line was gone before.
        _ = LiveStream.response(feed, closed: closed.futureResult)
        #expect(feed.listenerCount == 1)
        closed.succeed(())
        loop.run()
        #expect(feed.listenerCount == 0)
    }

    @Test("a plant that says nothing gives signs of life, and who does not take them is let go")
    func beats() async throws {
        let feed = LiveFeed(every: .zero)
        let (number, snapshots) = try #require(feed.listen())
        feed.beat(number)
        var iterator = snapshots.makeAsyncIterator()
        #expect(await iterator.next() == [])
        for _ in 0...LiveFeed.waitingMax { feed.beat(number) }
        #expect(feed.listenerCount == 0)
        feed.beat(number)
    }

    @Test("there is an end to listeners")
    func most() throws {
        let feed = LiveFeed(every: .zero)
        let listeners = (0..<LiveFeed.listenersMax).map { _ in feed.listen() }
        let count = listeners.compactMap { $0 }.count
        #expect(count == LiveFeed.listenersMax)
        let more = feed.listen()
        #expect(more == nil)
    }

    @Test("a replay as fast as possible is not drawn at each step")
    func pace() async throws {
        let moment = try #require(try await Played.small.value.feed.moment)
        let feed = LiveFeed(every: .seconds(3600))
        #expect(feed.wants(moment.outcome.end))
        feed.see(moment)
        #expect(!feed.wants(moment.outcome.end))
    }

    @Test("the picture has every shown value with its quality, and its powers balance")
    func picture() async throws {
        let moment = try #require(try await Played.small.value.feed.moment)
        let json = PlantSnapshot(moment).json
        let signals = try #require(json["signals"]?.members)
        #expect(signals.flatMap { $0.value.members ?? [] }.count == moment.outcome.values.count)
        let power = try #require(json["power_kw"])
        func kw(_ names: [String]) -> Double { names.reduce(0) { $0 + (power[$1]?.double ?? 0) } }
        let supplied = kw(["wind", "solar", "fuelcell", "storage_discharge", "bay_discharge", "grid_import"])
        let used = kw(["load", "storage_charge", "bay_charge", "grid_export", "losses", "unmetered"])
        // Each is rounded to a tenth.
        #expect(abs(supplied - used) < 1, "\(supplied) against \(used)")
        #expect(PlantSnapshot(moment).bytes.count < 65_536)
    }
}
