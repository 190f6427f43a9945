import Testing
import TwinCore
import TwinDispatch

@testable import TwinPlant

/// One asset of each kind, and of each area that it may stand in, with parameters that are usable.
enum KindTable {
    static let assets: [PlantAsset] =
        [
            Bench.asset(.wind, "farm", Bench.farm), Bench.asset(.solar, "pv", Bench.park),
            Bench.asset(.fuelcell, "cell", Bench.cell), Bench.asset(.ethanol, "tank", Bench.tank),
            Bench.asset(.shop, "paint", Bench.shop()), Bench.asset(.building, "halls", Bench.shop(gasMaxKW: 0)),
        ] + Burners.kinds + [
            Bench.asset(.heat, "boiler", Bench.boiler), Bench.asset(.heat, "pump", Bench.pump),
            Bench.asset(.heat, "electrode", Bench.electrode), Bench.asset(.heat, "recovery", Bench.recovery),
            Bench.asset(.heat, "store", Bench.store), Bench.asset(.agv, "tugs", Bench.agvs),
            Bench.asset(.yard, "cars", Bench.yard), Bench.asset(.bay, "staff", Bench.bays),
            Bench.asset(.storage, "ess-1", Bench.battery()), Bench.asset(.heat, "chips", BiomassBoilerTests.boiler()),
            Bench.asset(.chp, "engine", CombinedHeatPowerTests.engine()),
            Bench.asset(.hydrogen, "stack", ElectrolyserTests.electrolyser()),
            Bench.asset(.burner, "main", GasMainTests.main),
            Bench.asset(.process, "ice", DailyProcessTests.process()),
        ]

    /// Ends of payload keys.
    static let units = ["_kw", "_kwh", "_fraction", "_c", "_l", "_vehicles"]
    /// Powers that are no energy of their own in the books.
    static let withoutPost: Set<String> = ["building/halls gas_kw"]

    struct Row {
        var key: String
        var unit: String
        var sentence: String
        var isFlag: Bool
    }

    static func rows<K: AssetKind>(of kind: K.Type) -> [Row] {
        K.parameters.map { row in
            var isFlag = false
            if case .flag = row.content { isFlag = true }
            return Row(key: row.key, unit: row.unit, sentence: row.sentence, isFlag: isFlag)
        }
    }

    /// One step of all areas, as the twin takes them.
    static func believe(
        _ assets: [PlantAsset], _ context: TickContext, _ image: PlantImage, _ twins: inout [AreaTwin],
        network: HotWaterNetwork = Bench.network
    ) -> [ComponentReply] {
        if twins.isEmpty {
            twins = Kinds.areas.compactMap { area in
                let own = assets.filter { $0.path.area == area }
                return own.isEmpty ? nil : Bench.twin(area, own, network: network)
            }
        }
        var image = image
        return twins.indices.map { index in
            let reply = twins[index].tick([], context, image)
            image = reply.image
            return reply
        }
    }
}

@Suite("Every kind of asset is whole")
struct KindsTests {
    @Test("the table has every kind in each of its areas")
    func table() {
        let expected = Set(Kinds.all.flatMap { kind in kind.areas.map { "\($0.rawValue) \(kind)" } })
        #expect(Set(KindTable.assets.map { "\($0.path.area.rawValue) \(type(of: $0.kind))" }) == expected)
        let areas = Kinds.all.flatMap { $0.areas }
        #expect(Set(Kinds.areas).count == Kinds.areas.count && Set(Kinds.areas) == Set(areas))
        for asset in KindTable.assets { #expect(asset.kind.problems.isEmpty, "\(asset.path.text)") }
    }

    @Test("signals have their units in their names, each once, and registers and posts point at powers")
    func signals() {
        for asset in KindTable.assets {
            let signals = asset.kind.signals
            #expect(!signals.isEmpty && Set(signals.map(\.key)).count == signals.count, "\(asset.path.text)")
            for signal in signals {
                let place = "\(asset.path.text) \(signal.key)"
                #expect(KindTable.units.contains { signal.key.hasSuffix($0) }, "\(place)")
                if case .register(let of, _) = signal.form {
                    #expect(signals.indices.contains(of) && signals[of].form == .mean, "\(place)")
                    #expect(signals[of].key.hasSuffix("_kw"), "\(place)")
                }
                #expect(signal.posts.isEmpty || signal.form == .mean || signal.form == .derived, "\(place)")
                #expect(signal.posts.allSatisfy { $0.factor > 0 && $0.factor <= 1 }, "\(place)")
                guard signal.form == .mean, signal.key.hasSuffix("_kw") else { continue }
                #expect(signal.posts.isEmpty == KindTable.withoutPost.contains(place), "\(place)")
            }
        }
    }

    @Test("a step without any message gives every signal that is shown, and cells on the kind's own lines")
    func modelled() {
        var twins: [AreaTwin] = []
        let replies = KindTable.believe(KindTable.assets, Bench.context(1), .windy(6.8), &twins)
        let values = replies.flatMap(\.values)
        #expect(values.allSatisfy { $0.used.value.isFinite })
        for asset in KindTable.assets {
            let told = values.filter { $0.area == asset.path.area && $0.asset == asset.path.asset }.map(\.key)
            #expect(told == asset.kind.signals.filter(\.isShown).map(\.key), "\(asset.path.text)")
        }
        for (twin, reply) in zip(twins, replies) {
            #expect(Set(twin.meters).count == twin.meters.count, "\(twin.name)")
            #expect(Set(reply.cells.map(\.meter)) == Set(twin.meters), "\(twin.name)")
            // No model stands in for a main meter.
            #expect(
                reply.cells.allSatisfy {
                    $0.measuredMs == 0 && $0.estimatedMs == ($0.meter.account == .gasMain ? 0 : 60_000)
                }, "\(twin.name)")
        }
    }

    /// Every signal is 1, vehicles need 9 kWh.
    private func facts(_ kind: any AssetKind) -> OfferFacts {
        let signals = kind.signals
        return kind.facts(
            FactScene(
                values: signals.map { NamedValue(.heat, "a", $0.key, UsedValue(1, .good)) },
                places: Array(signals.indices), outdoorC: 5, isProductionDay: true, vehiclesPerHour: 60, remembered: 9))
    }

    @Test("what obeys tells what its offer lacks: fuel with its model, draw, what the sun offers, what vehicles need")
    func facts() {
        for asset in KindTable.assets {
            let (facts, place, sizeKW) = (facts(asset.kind), asset.path.text, asset.kind.sizeKW)
            if let model = facts.generator {
                #expect(model.fuelKW(0.5 * sizeKW) < model.fuelKW(sizeKW), "\(place)")
                #expect(facts.fuelKW?.value == 1 && facts.heatKW?.value == 1, "\(place)")
            }
            if let burner = facts.burnerKW { #expect(burner.alone >= burner.now && facts.fuelKW != nil, "\(place)") }
            // 0.9 of what is drawn arrives.
            if type(of: asset.kind).rememberedKey != nil { #expect(facts.openKWh == 10, "\(place)") }
        }
        func kinds(_ tells: (OfferFacts) -> Bool) -> Set<String> {
            Set(KindTable.assets.filter { tells(facts($0.kind)) }.map { "\(type(of: $0.kind))" })
        }
        #expect(kinds { $0.generator != nil } == ["SolidOxideFuelCell", "CombinedHeatPower"])
        #expect(kinds { $0.burnerKW != nil } == ["Oven", "SupplyAir", "Oxidiser"])
        #expect(kinds { $0.drawnKW != nil } == ["HeatPump", "ElectrodeBoiler", "Electrolyser"])
        #expect(kinds { $0.openKWh != nil } == ["VehicleYard", "ChargingBays", "AGVStations", "DailyProcess"])
        #expect(kinds { $0.availableKW != nil } == ["PVPark"])
        #expect(kinds { $0.filled != nil } == ["GasBoiler"])
    }

    @Test("every post has its line in the books, and every account that is read has its kind")
    func posts() {
        for asset in KindTable.assets {
            let accounts = Set(asset.kind.signals.flatMap(\.posts).map(\.account))
            #expect(Set(asset.meters) == Set(accounts.map { Meter($0, asset.path) }), "\(asset.path.text)")
        }
        let posted = Set(KindTable.assets.flatMap { $0.kind.signals.flatMap(\.posts).map(\.account) })
        let grid: Set<Account> = [.gridImport, .gridExport]
        #expect(posted == Set(Account.allCases.filter { !$0.row.flow.isDerived }).subtracting(grid))
    }

    @Test("every kind says what it is; its parameters have units, sentences and keys of their own")
    func words() {
        for kind in Kinds.all {
            #expect(!kind.sentence.isEmpty && kind.sentence.hasSuffix(".") == false, "\(kind)")
            let rows = KindTable.rows(of: kind)
            #expect(!rows.isEmpty, "\(kind)")
            for row in rows {
                let place = "\(kind) \(row.key)"
                #expect(!row.key.isEmpty && !row.sentence.isEmpty && row.unit.isEmpty == row.isFlag, "\(place)")
            }
        }
        for area in Kinds.areas {
            let words = Kinds.kinds(of: area).map { $0.word }
            #expect(words.count == 1 ? words == [nil] : !words.contains(nil), "\(area.rawValue)")
            #expect(Set(words).count == words.count, "\(area.rawValue)")
        }
    }

    @Test("what obeys offers it with the same action and what it falls back to; the rest offers nothing")
    func offers() {
        var twins: [AreaTwin] = []
        let values = KindTable.believe(KindTable.assets, Bench.context(1), .windy(6.8), &twins).flatMap(\.values)
        let scene = OfferScene(
            time: Bench.start, step: .minutes(1), calendar: Bench.calendar, outdoorC: UsedValue(9, .good),
            rampFraction: 0.5, storageDeadbandKW: 5, fuelGramsPerKWh: Fuel.allCases.map { _ in 200 })
        let table = OfferTable(
            KindTable.assets, keys: values.map { (AssetPath($0.area, $0.asset), $0.key) }, scene)
        let offers = table.offers(values.map(\.used), scene) { _, _ in nil }.offers
        #expect(offers.map(\.shape.rank) == offers.map(\.shape.rank).sorted())
        for asset in KindTable.assets {
            let own = offers.filter { $0.path == asset.path }
            guard let control = asset.kind.control else {
                #expect(own.isEmpty && asset.kind.offer(scene) == nil, "\(asset.path.text)")
                continue
            }
            #expect(own.map(\.action) == [control.action] && !control.fallback.isEmpty, "\(asset.path.text)")
            #expect(own.map(\.fallback) == [control.fallback], "\(asset.path.text)")
        }
        let fallbacks = Dictionary(offers.map { ($0.path.text, $0.fallback) }) { first, _ in first }
        #expect(
            fallbacks == [
                "solar/pv": "local", "fuelcell/cell": "hold_rated", "gas/air": "design", "gas/oven": "gas",
                "gas/oxidiser": "run", "heat/pump": "hold_0", "heat/electrode": "hold_0", "agv/tugs": "local",
                "yard/cars": "local", "bay/staff": "local", "process/ice": "local", "storage/ess-1": "hold_0",
                "heat/chips": "local",
                "chp/engine": "hold_rated", "hydrogen/stack": "hold_0",
            ])
    }
}
