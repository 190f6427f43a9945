import Testing
import TwinCore

@testable import TwinPlant

/// By hand: 6,000 kWh at 2,000 kW between 6 and 12, three hours of work in six. The bench begins at 06:00 on a Wednesday.
@Suite("Daily process")
struct DailyProcessTests {
    private static let path = AssetPath(.process, "ice")

    static func process() -> DailyProcess {
        var process = DailyProcess()
        (process.ratedKW, process.dailyKWh, process.beginsH, process.readyH) = (2000, 6000, 6, 12)
        return process
    }

    private static func twin() -> AreaTwin {
        Bench.twin(.process, [PlantAsset(path, process(), maxAge: .minutes(5))])
    }

    private static func value(_ reply: ComponentReply, _ key: String) -> Double {
        reply.values.first { $0.key == key }?.used.value ?? .nan
    }

    /// Ticks of a minute from one on, under a limit.
    private static func load(_ twin: inout AreaTwin, _ ticks: ClosedRange<Int>, limitKW: Double? = nil) -> [Double] {
        ticks.map { tick in
            let reply = twin.tick(
                [], Bench.context(tick, setPoints: limitKW.map { [path: $0] } ?? [:]), PlantImage())
            return value(reply, "load_kw")
        }
    }

    @Test("left to itself it runs as soon as it may until its day's work is done")
    func alone() {
        var twin = Self.twin()
        let loads = Self.load(&twin, 1...360)
        #expect(loads.prefix(180).allSatisfy { $0 == 2000 })
        #expect(loads.dropFirst(180).allSatisfy { abs($0) < 1e-6 })
    }

    /// 6,000 kWh fit into the last three hours, and into no less.
    @Test("it waits under a limit as long as it can still be ready, and no longer")
    func waits() {
        var twin = Self.twin()
        let loads = Self.load(&twin, 1...370, limitKW: 0)
        #expect(loads.prefix(180).allSatisfy { $0 == 0 })
        #expect(loads[180..<360].allSatisfy { abs($0 - 2000) < 1e-6 })
        #expect(loads.dropFirst(360).allSatisfy { abs($0) < 1e-6 })
        // A third of its power in between is held.
        var slow = Self.twin()
        #expect(Self.load(&slow, 1...60, limitKW: 700).allSatisfy { $0 == 700 })
    }

    @Test("what was begun before the first step is done for all that a model knows, and a day off has no work")
    func days() {
        var late = Self.twin()
        #expect(Self.load(&late, 2...30).allSatisfy { $0 == 0 })
        // From Wednesday midnight on to Sunday night, in half hours.
        var job = DailyJob()
        var taken: [Double] = []
        let midnight = Bench.start - .hours(6)
        for place in 0..<5 * 48 {
            let production = Production(Bench.calendar, at: midnight + Int64(place) * .minutes(30))
            job.begin(production, dailyKWh: 6000, beginsH: 6)
            let now = min(1000, job.openKWh)
            job.take(now)
            taken.append(now)
        }
        let byDay = (0..<5).map { day in taken[day * 48..<(day + 1) * 48].reduce(0, +) }
        #expect(byDay == [6000, 6000, 6000, 0, 0])
    }

    @Test("what is told of its need counts, and what it must draw follows from it")
    func told() {
        var twin = Self.twin()
        _ = twin.tick(
            [Bench.minute(.process, "ice", at: 0, "\"need_kwh\":30")], Bench.context(1), PlantImage())
        // 30 kWh are less than a minute at 2,000 kW.
        let reply = twin.tick([], Bench.context(2), PlantImage())
        #expect(abs(Self.value(reply, "load_kw") - 1800) < 1e-6)
    }

    @Test("what it needs is told beside its offer, where its controller says it")
    func facts() {
        func openKWh(_ quality: Quality) -> Double? {
            let need = NamedValue(.process, "ice", "need_kwh", UsedValue(1200, quality))
            let scene = FactScene(
                values: [need], places: [nil, nil, nil, 0, nil], outdoorC: 9, isProductionDay: true, vehiclesPerHour: 0)
            return Self.process().facts(scene).openKWh
        }
        #expect(openKWh(.good) == 1200 && openKWh(.stale) == nil)
    }

    @Test("its memory is its numbers, and numbers of another shape change nothing")
    func memory() {
        var job = DailyJob()
        job.begin(Production(Bench.calendar, at: Bench.start), dailyKWh: 6000, beginsH: 6)
        job.take(1000)
        var other = DailyJob()
        other.take(job.numbers)
        #expect(other == job && job.openKWh == 5000)
        other.take([1])
        #expect(other == job)
        for odd in [Double.nan, .infinity, -1] {
            other.hear(odd)
            other.take(odd)
            #expect(other.openKWh.isFinite && other.openKWh >= 0)
        }
    }

    @Test("hours that are too few for the day's work are a problem at ready_h")
    func problems() {
        var process = Self.process()
        process.readyH = 8.5
        #expect(process.problems.map(\.key) == ["ready_h"])
        #expect(
            process.problems.first?.text
                == "6000 kWh at 2000 kW take 3 h, and from 6 to 8.5 h are 2.5; check all four")
        process.readyH = 5
        #expect(process.problems.map(\.text) == ["5 h is not after begins_h, 6 h of the same day"])
    }
}
