import Testing
import TwinCore

@testable import TwinPlant

/// A register against itself, its rating and the power beside it. The meter here is of an oven: 24,000 kW at full load, so
/// 240,000 kW are believed at the most.
@Suite("A register")
struct RegisterWatchTests {
    private static let start = PlantTime(ms: 1_750_000_000_000 / 60_000 * 60_000)
    private static let maxKW = 240_000.0

    private static func at(_ minute: Int) -> PlantTime { start + .minutes(Int64(minute)) }

    /// What readings once a minute tell, added up, with a power that does not change.
    /// - Parameter kW: beside it; nil where nothing measures it.
    private static func told(_ readings: [Double], kW: Double?) -> (kWh: Double, watch: RegisterWatch, odd: Int) {
        var watch = RegisterWatch(beside: kW == nil ? nil : 0)
        var stretches: [RegisterWatch.Stretch] = []
        var odd = 0
        for (minute, kWh) in readings.enumerated() {
            let verdict = watch.take(.init(at: at(minute), kWh: kWh), maxKW: maxKW) { from, to in
                kW.map { RegisterWatch.Flow(kWh: $0 * (to - from).hours) }
            }
            if let from = verdict.takenBackFrom { stretches.removeAll { $0.from >= from } }
            if let stretch = verdict.stretch { stretches.append(stretch) }
            if watch.alarm != nil { odd += 1 }
        }
        return (stretches.reduce(0) { $0 + $1.kW * ($1.to - $1.from).hours }, watch, odd)
    }

    private static let steady = (0...60).map { minute -> Double in 500_000 + 400 * Double(minute) }

    @Test("that moves as the power beside it is believed")
    func agrees() {
        let (kWh, watch, odd) = Self.told(Self.steady, kW: 24_000)
        #expect(abs(kWh - 24_000) < 1e-6)
        #expect(watch.fault == nil && odd == 0)
    }

    @Test("that is read once an hour tells of the whole hour", arguments: [24_000.0, nil])
    func slow(kW: Double?) {
        let readings = (0...120).map { minute -> Double in 500_000 + 24_000 * Double(minute / 60) }
        let (kWh, watch, _) = Self.told(readings, kW: kW)
        #expect(abs(kWh - 48_000) < 1e-6)
        #expect(watch.fault == nil)
    }

    @Test("that stands while power flows says nothing, and is named")
    func stands() {
        let (kWh, watch, _) = Self.told([Double](repeating: 500_000, count: 61), kW: 24_000)
        #expect(kWh == 0)
        #expect(watch.fault == .stands && watch.alarm == .counter)
        #expect(
            watch.fault?.sentence(register: "gas_total_kwh", beside: "gas_kw").hasPrefix("gas_total_kwh stands") == true
        )
    }

    @Test("that stands beside a power that fell silent after it flowed is not at rest")
    func standsBesideSilence() {
        var watch = RegisterWatch(beside: 0)
        for minute in 0...300 {
            // 24,000 kW in the first two hours, then silence.
            let verdict = watch.take(.init(at: Self.at(minute), kWh: 7), maxKW: Self.maxKW) { from, _ in
                let spoken = min(Double(minute), 120) - (from - Self.start).seconds / 60
                return spoken > 0 ? .init(kWh: 400 * spoken, isWhole: minute <= 120) : nil
            }
            #expect(verdict.stretch == nil)
        }
        #expect(watch.fault == .stands)
    }

    @Test("that stands with no power is at rest, measured as nothing")
    func rests() {
        var watch = RegisterWatch(beside: 0)
        var rest: [RegisterWatch.Stretch] = []
        for minute in 0...300 {
            let verdict = watch.take(.init(at: Self.at(minute), kWh: 7), maxKW: Self.maxKW) { _, _ in .init(kWh: 0) }
            if let stretch = verdict.stretch { rest.append(stretch) }
        }
        #expect(watch.alarm == nil)
        #expect(rest.allSatisfy { $0.kW == 0 })
        #expect(rest.first?.from == Self.at(0) && rest.last?.to == Self.at(240))
    }

    @Test(
        "that counts in another unit is taken back, with its factor",
        arguments: [(11.36, "m3"), (1000, "k for M"), (3.6, "MJ")])
    func unit(factor: Double, word: String) {
        let readings = (0...60).map { minute -> Double in 500_000 + 400 * Double(minute) / factor }
        let (kWh, watch, _) = Self.told(readings, kW: 24_000)
        #expect(kWh == 0)
        #expect(watch.isContradicted && watch.alarm == .unit)
        #expect(watch.fault?.sentence(register: "gas_total_kwh", beside: "gas_kw").contains(word) == true)
    }

    @Test(
        "that moves while the power beside it is dead, or in MW, counts",
        arguments: [(0.0, "nothing"), (24, "k for M")])
    func powerIsWrong(kW: Double, word: String) {
        let (kWh, watch, _) = Self.told(Self.steady, kW: kW)
        #expect(abs(kWh - 24_000) < 1e-6)
        #expect(watch.isContradicted)
        let sentence = watch.fault?.sentence(register: "gas_total_kwh", beside: "gas_kw") ?? ""
        #expect(sentence.contains(word) && sentence.hasSuffix("gas_total_kwh counts"))
    }

    @Test("that tells more than its asset can do, as one in MJ, does not count")
    func beyondRating() {
        let readings = (0...60).map { minute -> Double in 500_000 + 3.6 * 400 * Double(minute) }
        let (kWh, watch, _) = Self.told(readings, kW: 24_000)
        #expect(kWh == 0 && watch.alarm == .unit)
    }

    @Test("that differs by no unit is a conflict, and is believed again when both agree")
    func differs() {
        let wrong = (0...30).map { minute -> Double in 500_000 + 200 * Double(minute) }
        #expect(Self.told(wrong, kW: 24_000).watch.alarm == .conflict)
        let mended = wrong + (1...30).map { minute -> Double in wrong[30] + 400 * Double(minute) }
        let (kWh, watch, _) = Self.told(mended, kW: 24_000)
        #expect(watch.fault == nil)
        // From the comparison that agrees on.
        #expect(kWh > 8000 && kWh < 12_400)
    }

    @Test("that differs counts, or does not, as the configuration prefers", arguments: Preference.allCases)
    func preferred(preference: Preference) {
        // 12,000 kW by the register, 24,000 kW by the power.
        var watch = RegisterWatch(beside: 0)
        var kWh = 0.0
        for minute in 0...30 {
            let reading = RegisterWatch.Reading(at: Self.at(minute), kWh: 500_000 + 200 * Double(minute))
            let verdict = watch.take(reading, maxKW: Self.maxKW, prefer: preference) { from, to in
                .init(kWh: 24_000 * (to - from).hours)
            }
            if minute > 20, let stretch = verdict.stretch { kWh += stretch.kW * (stretch.to - stretch.from).hours }
        }
        #expect(watch.isContradicted)
        #expect((kWh > 0) == (preference == .register))
    }

    @Test("with one bad reading, high or low, at any minute, tells what it would have told", arguments: 1...59)
    func oneBad(minute: Int) {
        for bad in [0, 250_000, 1e9] {
            var readings = Self.steady
            readings[minute] = bad
            let (kWh, watch, odd) = Self.told(readings, kW: nil)
            #expect(abs(kWh - 24_000) < 1e-6, "\(bad)")
            #expect(watch.alarm == nil && odd == 1)
        }
    }

    @Test("that was exchanged or reset goes on from its new number", arguments: [0.0, 900_000])
    func exchanged(number: Double) {
        let readings = (0...60).map { minute -> Double in
            let start = minute < 30 ? 500_000 : number
            return start + 400 * Double(minute < 30 ? minute : minute - 30)
        }
        let (kWh, watch, odd) = Self.told(readings, kW: nil)
        // The minute between the two is nobody's.
        #expect(abs(kWh - 23_600) < 1e-6)
        #expect(watch.alarm == nil && odd == 1)
    }

    @Test("that jitters by one count at rest tells nothing")
    func jitter() {
        let readings = (0...60).map { minute -> Double in minute % 2 == 0 ? 500_011.2 : 500_000 }
        let (kWh, watch, odd) = Self.told(readings, kW: 0)
        #expect(kWh == 0 && odd == 0 && watch.alarm == nil)
    }

    @Test("with coarse counts tells the same within a count", arguments: 1...20)
    func coarse(seed: Int) {
        var chance = SeedStream(seed: UInt64(seed), name: "register")
        let count = [1.0, 10, 100, 1000][seed % 4]
        var exact = 500_000.0
        var readings: [Double] = []
        for _ in 0...600 {
            readings.append((exact / count).rounded(.down) * count)
            exact += 300 + 200 * chance.unit()
        }
        let (kWh, watch, odd) = Self.told(readings, kW: 24_000)
        #expect(abs(kWh - (readings[600] - readings[0])) <= 1e-6 + count)
        #expect(watch.alarm == nil && odd == 0)
    }
}
