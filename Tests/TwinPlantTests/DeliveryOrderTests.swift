import Testing
import TwinCore
import TwinPlant
import TwinUnits

/// The books' promise: energies depend on what was measured, not on the order or the tick of its arrival.
@Suite("Order of delivery")
struct DeliveryOrderTests {
    static let ticks = 40

    private struct Key: Hashable {
        var tick: PlantTime
        var account: Account
    }

    private struct Sums: Hashable {
        var energy: Energy
        var measuredMs: Int64
        var estimatedMs: Int64
    }

    /// Last write wins, as in the books.
    private func collect(_ replies: [ComponentReply]) -> [Key: Sums] {
        var cells: [Key: Sums] = [:]
        for cell in replies.flatMap(\.cells) where cell.tick >= Bench.start {
            cells[Key(tick: cell.tick, account: cell.meter.account)] = Sums(
                energy: cell.energy, measuredMs: cell.measuredMs, estimatedMs: cell.estimatedMs)
        }
        return cells
    }

    /// Random readings of a shop: some minutes, some with holes, some without a period, some that overlap.
    private func readings(_ chance: inout SeedStream) -> [(tick: Int, message: Routed)] {
        var found: [(Int, Routed)] = []
        for tick in 1...Self.ticks where chance.next() % 5 > 0 {
            let offset = Int64(chance.next() % 3) * 10
            let at = Int64(tick - 1) * 60 + offset
            let ts = (Bench.start + .seconds(at)).rfc3339
            let period = ["", "\"period_s\":60,", "\"period_s\":25,", "\"period_s\":90,"][Int(chance.next() % 4)]
            let values = "\"load_kw\":\(9000 + chance.next() % 1000),\"gas_kw\":\(2000 + chance.next() % 500)"
            let payload = "{\"ts\":\"\(ts)\",\"seq\":\(tick),\(period)\(values)}"
            found.append((tick, Bench.message(.shop, "paint", arrives: Double(tick * 60), payload)))
        }
        return found
    }

    private func run(_ slices: [[Routed]]) -> [ComponentReply] {
        var shops = Bench.shops()
        var image = PlantImage()
        return (1...Self.ticks + 20).map { tick in
            image.airTemperatureC = UsedValue(5 + Double(tick % 7), .good)
            var slice = slices[tick]
            for index in slice.indices { slice[index].arrival.t = Bench.context(tick).to }
            return shops.tick(slice, Bench.context(tick), image)
        }
    }

    @Test("gives the same energies when deliveries are shuffled and late", arguments: 0..<64 as Range<UInt64>)
    func shuffled(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "deliveries")
        let readings = readings(&chance)
        var onTime = [[Routed]](repeating: [], count: Self.ticks + 21)
        var shuffled = onTime
        for (tick, message) in readings {
            onTime[tick].append(message)
            let delay = chance.next() % 2 == 0 ? 0 : Int(chance.next() % 20)
            let place = tick + delay
            shuffled[place].insert(message, at: Int(chance.next() % UInt64(shuffled[place].count + 1)))
        }
        let first = run(onTime)
        let second = run(shuffled)
        let expected = collect(first)
        #expect(collect(second) == expected, "seed \(seed)")
        #expect(expected.count == 3 * (Self.ticks + 20), "seed \(seed)")
        let measured = expected.values.reduce(0) { $0 + $1.measuredMs }
        #expect(measured > 0, "seed \(seed)")
        // Every message is accounted for: two values each, none refused.
        #expect(second.reduce(0) { $0 + $1.counts.readings } == 2 * readings.count, "seed \(seed)")
        #expect(second.allSatisfy { $0.counts.rejectedTotal == 0 && $0.counts.duplicates == 0 }, "seed \(seed)")
    }

    @Test("changes nothing when messages come twice", arguments: 0..<16 as Range<UInt64>)
    func twice(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "twice")
        let readings = readings(&chance)
        var once = [[Routed]](repeating: [], count: Self.ticks + 21)
        var twice = once
        for (tick, message) in readings {
            once[tick].append(message)
            twice[tick].append(message)
            twice[tick + Int(chance.next() % 15)].append(message)
        }
        let replies = run(twice)
        #expect(collect(replies) == collect(run(once)), "seed \(seed)")
        #expect(replies.reduce(0) { $0 + $1.counts.duplicates } == readings.count, "seed \(seed)")
    }

    @Test(
        "covers every tick exactly: measured and estimated time add up to the step", arguments: 0..<16 as Range<UInt64>)
    func coverage(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "coverage")
        var slices = [[Routed]](repeating: [], count: Self.ticks + 21)
        for (tick, message) in readings(&chance) { slices[tick].append(message) }
        for (key, sums) in collect(run(slices)) where sums.measuredMs + sums.estimatedMs != 60_000 {
            Issue.record("seed \(seed): \(key) has \(sums)")
        }
    }
}
