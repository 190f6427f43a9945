import ProcessorTime
import Testing
import TwinTesting
import TwinCore

@testable import TwinRuntime

/// The plant time that a message brings under the event clock.
@Suite("Event clock")
struct EventClockTests {
    private static let start = Recording.start

    private func fresh() -> LiveClock { LiveClock(kind: .event, site: "sunderland") }

    private func time(_ clock: inout LiveClock, _ message: InboundMessage, hasClock: Bool = false) -> PlantTime? {
        clock.time(of: message, hasClock: hasClock, now: nil, wallNow: Self.start)
    }

    @Test("is the second-highest of the latest stamps, whoever sends them", arguments: 0..<32 as Range<UInt64>)
    func secondHighest(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "stamps")
        var clock = fresh()
        var latest: [String: PlantTime] = [:]
        for _ in 0..<300 {
            // Few assets and few stamps, so that they meet, overtake each other and fall back.
            let asset = ["wind/farm", "solar/farm", "shop/paint", "shop/body"][Int(chance.next() % 4)]
            let stamp = Self.start + .seconds(Int64(chance.next() % 40))
            latest[asset] = max(latest[asset] ?? stamp, stamp)
            let sorted = latest.values.sorted(by: >)
            let found = time(&clock, .reading(asset, "power_kw", 1, stamp))
            #expect(found == (sorted.count >= 2 ? sorted[1] : nil), "seed \(seed)")
        }
    }

    @Test("is nobody's who says no stamp, and nobody's beyond the jump")
    func without() {
        var clock = fresh()
        #expect(time(&clock, .reading("wind/farm", "power_kw", 1, Self.start)) == nil)
        let far = InboundMessage.reading("shop/paint", "load_kw", 1, Self.start + .days(8))
        #expect(clock.time(of: far, hasClock: false, now: Self.start, wallNow: Self.start) == nil)
        let silent = InboundMessage(topic: "v1/sunderland/shop/paint/tele", payload: Array("{\"load_kw\":1}".utf8))
        #expect(time(&clock, silent) == nil)
        #expect(time(&clock, .clock(Self.start)) == Self.start)
        #expect(time(&clock, .reading("shop/paint", "load_kw", 1, Self.start)) == Self.start)
    }

    @Test("once there is a clock, the size of a message costs nothing")
    func costWithClock() {
        func costOf(keys: Int) -> Duration {
            let members = (0..<keys).map { "\"key_\($0)_kw\":1" }.joined(separator: ",")
            let message = InboundMessage(topic: "v1/sunderland/wind/farm/tele", payload: Array("{\(members)}".utf8))
            return cost { clock in _ = time(&clock, message, hasClock: true) }
        }
        let (small, large) = (costOf(keys: 1), costOf(keys: 4000))
        #expect(large < small * 20, "\(large) against \(small)")
    }

    @Test("without a clock, the number of assets costs nothing")
    func costWithoutClock() {
        func costOf(assets: Int) -> Duration {
            var filled = fresh()
            for asset in 0..<assets { _ = time(&filled, .reading("wind/t\(asset)", "power_kw", 1, Self.start)) }
            let message = InboundMessage.reading("wind/t0", "power_kw", 1, Self.start)
            return cost(filled) { clock in _ = time(&clock, message) }
        }
        let (few, many) = (costOf(assets: 2), costOf(assets: 5000))
        #expect(many < few * 20, "\(many) against \(few)")
    }

    /// A hundred calls.
    private func cost(_ from: LiveClock? = nil, _ body: (inout LiveClock) -> Void) -> Duration {
        var clock = from ?? fresh()
        return processorTime {
            for _ in 0..<100 { body(&clock) }
        }
    }
}
