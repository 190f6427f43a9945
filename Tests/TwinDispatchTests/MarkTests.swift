import Foundation
import Testing
import TwinCore

@testable import TwinDispatch

@Suite("What a mark looks up once")
struct MarkTests {
    @Test("an outlook forgets half hours that have passed and takes a new forecast")
    func outlook() {
        let begin = DispatchBench.start
        var outlook = Outlook()
        #expect(outlook.sorted.isEmpty)
        outlook.look(at: [300, 100, 200], from: begin, at: begin - .minutes(10))
        #expect(outlook.sorted == [100, 200, 300])
        outlook.look(at: [300, 100, 200], from: begin, at: begin + .minutes(29))
        #expect(outlook.sorted == [100, 200, 300])
        outlook.look(at: [300, 100, 200], from: begin, at: begin + .minutes(30))
        #expect(outlook.sorted == [100, 200])
        outlook.look(at: [300, 100, 200], from: begin, at: begin + .hours(9))
        #expect(outlook.sorted.isEmpty)
        outlook.look(at: [2, 1], from: nil, at: begin + .hours(9))
        #expect(outlook.sorted == [1, 2])
    }

    @Test("now is ranked among the hours ahead wherever it stands", arguments: [50.0, 100, 150, 170, 200, 260])
    func signal(now: Double) throws {
        let ahead = [200.0, 100, 250, 150]
        let signal = try #require(
            CarbonSignal(
                DispatchBench.site(intensity: UsedValue(now, .good), forecast: ahead), cleanFraction: 0.25,
                dirtyFraction: 0.25))
        let sorted = (ahead + [now]).sorted()
        #expect([signal.clean, signal.middle, signal.dirty] == [sorted[1], sorted[2], sorted[3]])
    }

    @Test("a reason puts its numbers where they belong")
    func reason() {
        #expect(Reason("rest").text == "rest")
        #expect(Reason("% and % are %", 1.5, -0.2, .nan).text == "2 and 0 are 0")
        #expect(Reason("off", quality: .stuck).adding("so be it").text == "off (uncertain.stuck); so be it")
    }

    @Test("offers that come in no order are put in it; those of one rank stay as they come")
    func order() {
        let cell = Generator(
            path: AssetPath(.fuelcell, "c"), ratedKW: 400, minimumKW: 160, rampKWPerStep: 8,
            powerKW: UsedValue(400, .good))
        var second = DispatchBench.unit()
        second.path = AssetPath(.storage, "a")
        let offers = [Offer(cell), Offer(DispatchBench.unit(), ramp: 1), Offer(second, ramp: 1)]
        let plant = PlantView(site: DispatchBench.site(), offers: offers)
        #expect(plant.offers.map(\.path.asset) == ["ess-1", "a", "c"])
        #expect(plant.stores == 0..<2 && plant.generators == 2..<3 && plant.loads.isEmpty && plant.windows.isEmpty)
    }

    private func paths(_ names: [String]) -> [AssetPath] { names.map { AssetPath(.storage, $0) } }

    @Test("assets are found whatever was thought of their places", arguments: 0..<50 as Range<UInt64>)
    func assets(seed: UInt64) throws {
        var chance = SeedStream(seed: seed, name: "assets")
        var list = AssetList<Int>()
        var expected: [AssetPath: Int] = [:]
        let all = paths(["a", "b", "c", "d", "e", "f"])
        for turn in 0..<60 {
            let path = all[Int(chance.next() % 6)]
            let hint = chance.next() % 4 == 0 ? nil : Int(chance.next() % 8)
            let place = list.place(path, near: hint, else: 0)
            list[place] = turn
            expected[path] = turn
            for path in all { #expect(list[path, near: hint ?? 7] == expected[path], "seed \(seed)") }
            if turn % 20 == 19 {
                list.keep { $0.asset != "c" }
                expected[all[2]] = nil
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let written = try encoder.encode(list)
        #expect(try written == encoder.encode(expected), "seed \(seed)")
        let read = try JSONDecoder().decode(AssetList<Int>.self, from: written)
        for path in all { #expect(read[path, near: 0] == expected[path], "seed \(seed)") }
    }

    @Test(
        "only the very id of a command is its id", arguments: ["r-01-1", "r-1-+1", "r-1", "1-1", "-1-1", "x-1-1", ""])
    func ids(id: String) {
        var desk = CommandDesk()
        let rules = CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.1)
        _ = desk.issue(
            SetPoint(DispatchBench.ess1, .setPower, 1, reason: ""), context: DispatchBench.context(1), n: 1,
            rules: rules)
        let ack = Acknowledgement(id: id, state: .accepted)
        #expect(desk.settle([ack], run: "r", context: DispatchBench.context(1)).isEmpty)
    }
}
