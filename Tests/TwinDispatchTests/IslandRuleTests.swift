import Testing
import TwinCore

@testable import TwinDispatch

/// An island as a test wants it: one store, one fuel cell, cars, three circuits and 100 kW that no command switches.
struct IslandParts {
    static let cell = AssetPath(.fuelcell, "c"), bays = AssetPath(.bay, "cars")
    static let names = ["a", "b", "c"].map { AssetPath(.shop, $0) }

    var store = DispatchBench.unit()
    var cellKW = 400.0
    var giveKW = 60.0
    var mustKW = 0.0
    var chargingKW = 50.0
    var circuits = [
        IslandParts.circuit(0, priority: 1, kw: 300, restart: .seconds(60)),
        IslandParts.circuit(1, priority: 2, kw: 250, restart: .seconds(120)),
        IslandParts.circuit(2, priority: 3, kw: 200, restart: .seconds(120), neverOffKW: 20),
    ]
    var isConnected = false
    var breakerAge: Span? = .seconds(0)
    /// By circuit: on, and for how long.
    var inForce: [(isOn: Bool, age: Span, cameBack: Bool)?] = [nil, nil, nil]
    var tripped: Set<AssetPath> = []

    static func circuit(
        _ name: Int, priority: Int, kw: Double, restart: Span, neverOffKW: Double = 0, loadKW: UsedValue? = nil
    ) -> Circuit {
        Circuit(
            path: names[name], shedPriority: priority, restart: restart, neverOffKW: neverOffKW, ratedKW: 1000,
            loadKW: loadKW ?? UsedValue(kw, .good), expectedKW: kw)
    }

    var view: PlantView {
        let cell = Generator(
            path: IslandParts.cell, ratedKW: max(cellKW, 1), minimumKW: 100, rampKWPerStep: 10,
            powerKW: UsedValue(cellKW, .good))
        let cars = DeferrableLoad(
            path: IslandParts.bays, action: .setPower, ratingKW: 100, powerKW: UsedValue(-chargingKW, .good),
            mustKW: UsedValue(mustKW, .good), canChargeKW: UsedValue(100, .good),
            canDischargeKW: UsedValue(giveKW, .good), isWorking: false)
        var view = PlantView(
            site: DispatchBench.site(importKW: isConnected ? 1000 : 0, isConnected: isConnected),
            offers: [Offer(cars, ramp: 1), Offer(store, ramp: 1), Offer(cell)] + circuits.map { Offer($0) })
        view.unswitchedLoadKW = 100
        view.breakerAge = breakerAge
        view.tripped = tripped
        view.inForce =
            [nil, nil, nil]
            + inForce.map { state in
                state.map { SetPointInForce($0.isOn ? 2 : 0, age: $0.age, move: $0.cameBack ? 2 : $0.isOn ? 0 : -2) }
            }
        return view
    }
}

extension IslandRule {
    static let test = IslandRule(
        rideThroughHours: 1, usesReserve: true, marginFraction: 0.1, vehicleHours: 1, lossFraction: 0.02)
}

@Suite("Island operation")
struct IslandRuleTests {
    private typealias Wishes = [AssetPath: (value: Double, reason: String)]

    private static func wishes(_ parts: IslandParts, _ island: IslandRule? = .test) -> Wishes {
        var rules = DispatchRules(storage: DispatchBench.rule, exportMaxKW: 800)
        rules.island = island
        let view = parts.view
        var wishes: Wishes = [:]
        for wish in rules.decide(view) { wishes[view.offers[wish.place].path] = (wish.value, wish.reason.text) }
        #expect(wishes.count == view.offers.count)
        return wishes
    }

    private static func on(_ parts: IslandParts, _ island: IslandRule? = .test) -> [Bool] {
        let wishes = wishes(parts, island)
        return IslandParts.names.map { wishes[$0]?.value == 2 }
    }

    /// Storage has (0.5 - 0.1) x 1000 kWh x 0.9 = 360 kWh, so 360 kW for the hour; the cell gives 400 and the cars 60: 820 kW.
    /// The first two need (100 + 300 + 250 + 20 that never go off) x 1.02 x 1.1 = 751.7 kW, all three 953.7 kW.
    @Test("the first in the order stay on as long as they fit, and the rest says why it is off")
    func sheds() throws {
        let wishes = Self.wishes(IslandParts())
        #expect(IslandParts.names.map { wishes[$0]?.value } == [2, 2, 0])
        #expect(
            wishes[IslandParts.names[2]]?.reason
                == "shed: priority 3 of 3; 954 kW would be needed, the island has 820 kW for 60 min")
        #expect(
            wishes[IslandParts.names[1]]?.reason
                == "island: priority 2 of 3 is on; 752 kW are needed, the island has 820 kW for 60 min")
        // 670 x 1.02 = 683.4 kW are drawn; cell and storage carry them, and nothing charges.
        #expect(wishes[IslandParts.bays]?.value == 0 && wishes[IslandParts.cell]?.value == 400)
        #expect(wishes[DispatchBench.ess1]?.value == 0)
    }

    /// Over two hours storage has 180 kW a hour, and cars that are counted on for one hour 30: 610 kW. An hour later it is 820
    /// again. Held at its reserve storage has 270: 730 kW.
    @Test("energy counts by the hours that are left, and the reserve is used where it may be")
    func energy() {
        var two = IslandRule.test
        two.rideThroughHours = 2
        #expect(Self.on(IslandParts(), two) == [true, false, false])
        var later = IslandParts()
        later.breakerAge = .hours(1)
        #expect(Self.on(later, two) == [true, true, false])
        var reserve = IslandRule.test
        reserve.usesReserve = false
        #expect(Self.on(IslandParts(), reserve) == [true, false, false])
        // When the time is over what is left goes on by the quarter of an hour: 360 / 0.25 is more than the rating of 500.
        // 500 + 400 + 60 = 960 kW; but in this step the cars, which charge 50 of their 100 kW, come to 50 at most: 950, and
        // all three need 953.7.
        later.breakerAge = .hours(3)
        #expect(Self.on(later) == [true, true, false])
        later.chargingKW = 20
        #expect(Self.on(later) == [true, true, true])
    }

    /// 45 kWh above the end of the window, 370 kW of the cell and 60 of the cars are 475: the first needs 471.2. It draws
    /// 420 x 1.02 = 428.4 kW, of which 370 + 45 leave 13.4 to the cars.
    @Test("cars give what generators and storage leave, above their floors; departures come first")
    func vehicles() {
        var parts = IslandParts()
        parts.store = DispatchBench.unit(soc: 0.15)
        parts.cellKW = 370
        let wishes = Self.wishes(parts)
        #expect(abs((wishes[IslandParts.bays]?.value ?? 0) - 13.4) < 1e-9)
        #expect(wishes[IslandParts.bays]?.reason.hasPrefix("island: cars give 13 kW of the 60 kW") == true)
        // A car that must charge: the group gives nothing, and its 30 kW are a load.
        parts.mustKW = 30
        #expect(Self.on(parts) == [false, false, false])
        #expect(Self.wishes(parts)[IslandParts.bays]?.value == -30)
    }

    /// With storage full the cell's minimum of 100 kW meets 20 kW of interlocks: (20 + 0) x 1.02; 79.6 kW charge cars.
    @Test("nothing charges but from a surplus that storage does not take")
    func surplus() {
        var parts = IslandParts()
        parts.store = DispatchBench.unit(soc: 0.9)
        parts.circuits = [IslandParts.circuit(2, priority: 1, kw: 5000, restart: .seconds(0), neverOffKW: 20)]
        parts.inForce = [nil]
        parts.cellKW = 100
        var view = parts.view
        view.unswitchedLoadKW = 0
        let wishes = IslandRule.test.decide(view) ?? []
        let cars = wishes.first { view.offers[$0.place].path == IslandParts.bays }
        #expect(abs((cars?.value ?? 0) + 79.6) < 1e-9)
    }

    /// The second comes back at 670 x 1.02 x 1.2 = 820.1 kW: with 400 of the cell and 60 of the cars, at 360.1 of storage. The
    /// breaker has been open for ten minutes, so storage must give that for 50 minutes and a quarter of an hour beside.
    @Test("a circuit comes back with twice the margin, after its time, and alone")
    func comesBack() {
        var parts = IslandParts()
        parts.breakerAge = .minutes(10)
        parts.inForce = [(true, .hours(9), false), (false, .seconds(120), false), (false, .seconds(120), false)]
        var island = IslandRule.test
        island.vehicleHours = 2
        func at(_ kw: Double) -> Double { 0.1 + kw / 900 * 65 / 60 }
        parts.store = DispatchBench.unit(soc: at(361))
        #expect(Self.on(parts, island) == [true, true, false])
        parts.store = DispatchBench.unit(soc: at(359))
        #expect(Self.on(parts, island) == [true, false, false])
        parts.store = DispatchBench.unit(soc: at(361))
        parts.inForce[1] = (false, .seconds(119), false)
        #expect(Self.on(parts, island) == [true, false, false])
        #expect(
            Self.wishes(parts, island)[IslandParts.names[1]]?.reason.hasPrefix("waits for its restart: priority 2 of 3")
                == true)
        // The one before came back 60 s ago.
        parts.inForce = [(true, .seconds(60), true), (false, .seconds(120), false), (false, .seconds(120), false)]
        #expect(Self.on(parts, island) == [true, false, false])
    }

    @Test("when the mains are back all come back in the order, and charging waits for the last")
    func restart() {
        var parts = IslandParts()
        parts.isConnected = true
        parts.inForce = [(false, .hours(1), false), (false, .hours(1), false), (false, .hours(1), false)]
        parts.breakerAge = .seconds(0)
        #expect(Self.on(parts) == [false, false, false])
        parts.breakerAge = .seconds(60)
        #expect(Self.on(parts) == [true, false, false])
        #expect(
            Self.wishes(parts)[IslandParts.names[0]]?.reason == "restart: priority 1 of 3, 60 s after the one before")
        parts.breakerAge = .seconds(120)
        parts.inForce[0] = (true, .seconds(60), true)
        #expect(Self.on(parts) == [true, false, false])
        let waiting = Self.wishes(parts)[IslandParts.bays]
        #expect(waiting?.value == 0 && waiting?.reason.hasPrefix("charging waits for the loads") == true)
        parts.inForce = [(true, .hours(1), true), (true, .hours(1), true), (true, .seconds(5), true)]
        #expect(Self.on(parts) == [true, true, true])
        #expect(Self.wishes(parts)[IslandParts.bays]?.reason.hasPrefix("charging waits") == false)
        // One that an operator switched off and gave back stops none that is on.
        parts.inForce[1] = (false, .seconds(5), false)
        #expect(Self.on(parts) == [true, false, true])
    }

    @Test("an operator's off stays off and makes room; his run is shed where it does not fit")
    func byHand() {
        var parts = IslandParts()
        func on(_ hand: (place: Int, value: Double)) -> [Bool] {
            var view = parts.view
            view.hand = view.offers.map { _ in nil }
            view.hand[3 + hand.place] = HandOrder(
                path: IslandParts.names[hand.place], value: hand.value, until: DispatchBench.start)
            var rules = DispatchRules(storage: DispatchBench.rule, exportMaxKW: 800)
            rules.island = .test
            let wishes = rules.decide(view)
            return (3...5).map { place in wishes.contains { $0.place == place && $0.value == 2 } }
        }
        // Without the second: (100 + 300 + 200) x 1.122 = 673 kW.
        #expect(on((1, 0)) == [true, false, true])
        #expect(on((2, 2)) == [true, true, false])
        parts.isConnected = true
        parts.breakerAge = nil
        #expect(on((1, 0)) == [true, false, true])
    }

    @Test("without storage that is measured and there everything stays as it is; without energy nothing is carried")
    func noIsland() {
        var parts = IslandParts()
        parts.inForce = [(true, .hours(1), false), (false, .hours(1), false), (true, .hours(1), false)]
        for unit in [
            DispatchBench.unit(socQuality: .stale), DispatchBench.unit(powerQuality: .estimated),
            DispatchBench.unit(soc: .nan),
        ] {
            parts.store = unit
            #expect(Self.on(parts) == [true, false, true])
            #expect(
                Self.wishes(parts)[IslandParts.names[1]]?.reason
                    == "failsafe: the grid breaker is open, and no storage that forms a grid is measured; stays as it is"
            )
        }
        parts.store = DispatchBench.unit()
        parts.tripped = [DispatchBench.ess1]
        #expect(Self.on(parts) == [true, false, true])
        parts.tripped = []
        // At the end of its window, and below it.
        for soc in [0.1, 0.02, -3] {
            parts.store = DispatchBench.unit(soc: soc)
            #expect(Self.on(parts) == [false, false, false])
        }
        // Above it counts no more than full: (1 - 0.1) x 900 is above the rating of 500 kW; 500 + 400 + 60 = 960 kW.
        parts.store = DispatchBench.unit(soc: 7)
        parts.chargingKW = 0
        parts.inForce = [nil, nil, nil]
        #expect(Self.on(parts) == [true, true, true])
        // As before where the section is missing.
        #expect(Self.wishes(parts, nil)[DispatchBench.ess1]?.reason == "failsafe: the grid breaker is open")
    }

    @Test("a load that is no number counts with what it is expected to draw, and two of one priority go by their names")
    func badLoads() {
        var parts = IslandParts()
        parts.circuits[1] = IslandParts.circuit(
            1, priority: 1, kw: 250, restart: .seconds(0), loadKW: UsedValue(.nan, .good))
        #expect(Self.on(parts) == [true, true, false])
        // What nothing is known of counts with its rating of 1000 kW.
        parts.circuits[1].expectedKW = .nan
        #expect(Self.on(parts) == [true, false, false])
        // A dead bus reads 0 and wants all of it again.
        parts = IslandParts()
        for index in parts.circuits.indices { parts.circuits[index].loadKW = UsedValue(0, .good) }
        #expect(Self.on(parts) == [true, true, false])
        // What draws more than expected counts with that: (100 + 400 + 250 + 20) x 1.122 = 864 kW.
        parts.circuits[0].loadKW = UsedValue(400, .good)
        #expect(Self.on(parts) == [true, false, false])
    }
}

/// What holds on any site, in any outage.
@Suite("Island operation by chance")
struct IslandInvariantTests {
    @Test(
        "the island never carries more than it has, in order, without flicker, and all comes back",
        arguments: 0..<300 as Range<UInt64>)
    func invariants(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "island")
        func any(_ low: Double, _ high: Double) -> Double { low + (high - low) * chance.unit() }
        let count = 1 + Int(chance.next() % 8)
        let demands = (0..<count).map { _ in any(10, 600) }
        let restarts = (0..<count).map { _ in Int64(chance.next() % 5) * 60 }
        let priorities = (0..<count).map { _ in 1 + Int(chance.next() % 5) }
        let order = (0..<count).sorted { (priorities[$0], $0) < (priorities[$1], $1) }
        let outage = 3..<(4 + Int(chance.next() % 60))
        let end = outage.upperBound + count * 5 + 3
        var rules = DispatchRules(storage: DispatchBench.rule, exportMaxKW: 800)
        rules.island = .test
        let control = DispatchControl(rules: rules, gate: SafetyGate(importMaxKW: 9000, exportMaxKW: 800))
        var desk = CommandDesk()
        var isOn = [Bool](repeating: true, count: count)
        var offAt = [Int?](repeating: nil, count: count)
        for tick in 1...end {
            let isOut = outage.contains(tick)
            let (soc, cellKW, fixedKW) = (any(0.05, 0.9), any(0, 900), any(0, 100))
            let circuits = (0..<count).map { index in
                Circuit(
                    path: AssetPath(.shop, "s\(index)"), shedPriority: priorities[index],
                    restart: .seconds(restarts[index]), ratedKW: 1000,
                    loadKW: UsedValue(isOn[index] ? any(0, demands[index]) : 0, .good), expectedKW: demands[index])
            }
            let cell = Generator(
                path: IslandParts.cell, ratedKW: 1000, minimumKW: 0, rampKWPerStep: 0, powerKW: UsedValue(cellKW, .good)
            )
            var plant = PlantView(
                site: DispatchBench.site(importKW: isOut ? 0 : 2000, isConnected: !isOut),
                offers: [Offer(DispatchBench.unit(soc: soc), ramp: 1), Offer(cell)] + circuits.map { Offer($0) })
            plant.unswitchedLoadKW = fixedKW
            let commands = control.commands(
                plant, &desk, context: DispatchBench.context(tick),
                rules: CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.1))
            for command in commands where command.path.area == .shop {
                guard let index = circuits.firstIndex(where: { $0.path == command.path }) else { continue }
                let value = command.point.value
                #expect(value == 0 || value == 2)
                if isOn[index], value == 0 {
                    #expect(isOut, "seed \(seed): shed while the mains are there")
                    offAt[index] = tick
                }
                if !isOn[index], value == 2 {
                    #expect(Int64(tick - (offAt[index] ?? 0)) * 60 >= restarts[index], "seed \(seed): flickers")
                }
                isOn[index] = value == 2
            }
            let inOrder = order.map { isOn[$0] }
            #expect(inOrder.drop { $0 }.allSatisfy { !$0 }, "seed \(seed), tick \(tick): out of order \(inOrder)")
            guard isOut, isOn.contains(true) else { continue }
            let left = 60 - (tick - outage.lowerBound)
            let hours = left > 0 ? Double(left) / 60 : 0.25
            let energyKWh = max(0, soc - 0.1) * 900
            let hasKW = min(500, energyKWh / hours) + cellKW
            let drawKW = (fixedKW + (0..<count).reduce(0) { $0 + (isOn[$1] ? demands[$1] : 0) }) * 1.02
            #expect(energyKWh > 0 && drawKW * 1.1 <= hasKW + 1e-6, "seed \(seed), tick \(tick): \(drawKW) of \(hasKW)")
        }
        #expect(isOn.allSatisfy { $0 }, "seed \(seed): \(isOn) at the end")
    }
}
