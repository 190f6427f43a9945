import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinTesting
import TwinUnits

@Suite("The shipped configuration")
struct ShippedConfigurationTests {
    @Test("loads without a problem and says what the plant is")
    func loads() throws {
        let config = try SiteConfig.load(folder: Repository.configuration)
        #expect(config.site == "sunderland")
        #expect(config.stepS == 60)
        let wind = config.assets.of(WindTurbine.self)
        let farm = try #require(wind.first).kind
        #expect(wind.count == 10 && wind.reduce(0) { $0 + $1.kind.farmRatedKW } == 6600)
        #expect(abs(farm.shearFactor - 1.2588) < 0.0001)
        #expect(farm.curve.powerKW(speedMPerS: 10) == 450)
        #expect(farm.curve.powerKW(speedMPerS: 26) == 0)
        #expect(config.assets.first?.path.area == .wind)
        #expect(config.assets.first?.stuck == StuckRule(after: .seconds(300), moved: 0.03 * 660))
        let shops = config.assets.of(Shop.self)
        #expect(shops.filter { $0.path.area == .shop }.count == 7 && shops.count == 10)
        #expect(config.assets.of(PVPark.self).map(\.kind.array.peakKW) == [4750, 20_000])
        let storage = config.assets.of(BatteryUnit.self)
        #expect(storage.count == 4 && storage.reduce(0) { $0 + $1.kind.capacityKWh } == 1500)
        #expect(config.assets.of(AGVStations.self).count == 5 && config.assets.of(ChargingBays.self).count == 2)
        #expect(config.assets.of(VehicleYard.self).count == 1)
        #expect(config.assets.of(SolidOxideFuelCell.self).count == 1 && config.assets.of(EthanolStore.self).count == 1)
        #expect(config.network != nil && config.assets.filter { $0.path.area == .heat }.count == 5)
        #expect(config.grid.importMaxKW == 48_000)
        #expect(config.alarmsOff.isEmpty)
        #expect(config.truth.intensity.summerByHour.count == 24)
        let first = (Bus.electricity.accounts + Bus.heat.accounts).filter { $0.index < Account.firstCount }
        #expect(config.method.accounts.isSuperset(of: first))
        #expect(config.method.factors.set(year: 2025).id == "uk-2025")
        #expect(config.method.factors.set(year: 2018).gridGeneration.kilogramsPerKWh == 0.28307)
    }

    @Test("plans 230 production days in 2025 and the day of the bundled recording")
    func calendar() throws {
        let calendar = try SiteConfig.load(folder: Repository.configuration).calendar
        let first = CivilDate(year: 2025, month: 1, day: 1).daysSinceEpoch
        let days = (0..<365).map { CivilDate(daysSinceEpoch: first + $0) }
        #expect(days.filter { calendar.isProductionDay($0) }.count == 230)
        let shiftStart = try #require(PlantTime(rfc3339: "2025-06-18T06:00:00Z"))
        #expect(calendar.isShift(at: shiftStart))
        #expect(!calendar.isShift(at: shiftStart - Span.minutes(1)))
        #expect(calendar.vehiclesPerHour(at: shiftStart) == 88.25)
    }

    @Test("gives the baseline of 287 kg per vehicle from its energy model, within 1 %")
    func baseline() throws {
        let method = try SiteConfig.load(folder: Repository.configuration).method
        // 7 % of its electricity came from its own wind and sun (Nissan 2016 via bdaily).
        let baseline = try #require(method.baseline)
        let own = 0.07 * (baseline.energy.electricityFixedKW * 8760 + 226 * Double(baseline.vehicles))
        let year = WindowConditions(
            hours: 8760, productionDayHours: 230 * 24, heatingKHours: 2350 * 24, vehicles: baseline.vehicles,
            baselineGenerationKWh: own)
        let kg = baseline.emissions(year, factors: method.factors).kilograms / Double(baseline.vehicles)
        #expect(abs(kg / baseline.kgPerVehicle - 1) < 0.01)
    }

    @Test("gives hub winds near 5.3 m/s and the annual mean temperature")
    func weather() throws {
        let truth = try SiteConfig.load(folder: Repository.configuration).truth
        let hub = truth.weather.monthlyWindMPerS.reduce(0, +) / 12 * truth[WindTurbine.Truth.self].shearFactor
        #expect(abs(hub - 5.3) < 0.05)
        #expect(abs(truth.weather.monthlyTemperatureC.reduce(0, +) / 12 - 9.3) < 0.05)
    }

    @Test("shops, buildings and charging add up to the plant of the baseline: electricity within 0.2 %")
    func electricitySums() throws {
        let config = try SiteConfig.load(folder: Repository.configuration)
        let energy = try #require(config.method.baseline).energy
        let shops = config.assets.of(Shop.self).map(\.kind.model)
        let fixed = shops.reduce(0) { $0 + $1.electricityFixedKW } + 60  // the AGVs' mean
        let perVehicle = shops.reduce(0) { $0 + $1.electricityPerVehicleKWh } + 6.2  // the yard's
        // 2 % of losses, and 150 kW that no meter sees.
        #expect(abs((fixed * 1.02 + 150) / energy.electricityFixedKW - 1) < 0.002)
        #expect(abs(perVehicle * 1.02 / energy.electricityPerVehicleKWh - 1) < 0.002)
    }

    @Test("burners and boilers add up to the gas of the baseline, term by term, within 0.1 %")
    func gasSums() throws {
        let config = try SiteConfig.load(folder: Repository.configuration)
        let energy = try #require(config.method.baseline).energy
        let heat = try #require(config.network)
        let boiler = try #require(config.assets.of(GasBoiler.self).first).kind
        let perHeat = 1 / (boiler.performance * (1 - heat.lossFraction))
        func sum(_ term: KeyPath<EnergyModel, Double>) -> Double {
            let shops = config.assets.of(Shop.self).map(\.kind.model)
            let burners =
                config.assets.of(SupplyAir.self).map(\.kind.burner) + config.assets.of(Oven.self).map(\.kind.burner)
                + config.assets.of(Oxidiser.self).map(\.kind.burner)
            return shops.reduce(0) { $0 + $1[keyPath: term] } + burners.reduce(0) { $0 + $1.demand[keyPath: term] }
        }
        func close(_ a: Double, _ b: Double) -> Bool { abs(a / b - 1) < 0.001 }
        #expect(close(sum(\.gasProductionDayKW) + heat.demand.productionDayKW * perHeat, energy.gasProductionDayKW))
        #expect(close(sum(\.gasIdleDayKW) + heat.demand.idleDayKW * perHeat, energy.gasIdleDayKW))
        #expect(close(heat.demand.hallKWPerK * perHeat, energy.gasHallKWPerK))
        #expect(close(sum(\.gasPaintKWPerK), energy.gasPaintKWPerK))
        #expect(close(sum(\.gasPerVehicleKWh) + heat.demand.perVehicleKWh * perHeat, energy.gasPerVehicleKWh))
    }

    @Test("changes its hash with a single byte, of a comment too")
    func hash() throws {
        let files = try Repository.configFiles()
        let before = try SiteConfig(files)
        #expect(try SiteConfig(files.reversed()).hash == before.hash)
        let after = try SiteConfig(edited([Edit("dispatch.yaml", "# The rule that", "# The rules that")]).files)
        #expect(after.hash != before.hash)
        #expect(before.hash == contentHash(of: before.files))
        #expect(before.files.map(\.name) == before.files.map(\.name).sorted())
    }

    @Test("switches detectors off by name")
    func detectors() throws {
        let files = try edited([
            Edit("safety.yaml", "stuck: {enabled: true,", "stuck: {enabled: false,"),
            Edit("safety.yaml", "  gap: {enabled: true}", "  gap: {enabled: false}"),
        ]).files
        let config = try SiteConfig(files)
        #expect(config.alarmsOff == [.stuck, .gap])
        #expect(config.assets.allSatisfy { $0.stuck == nil })
        #expect(config.balance == BalanceWatch.Rule(fraction: 0.05, lasting: .seconds(900)))
    }

    @Test("finds the set whose data describe the year under data_year")
    func dataYear() throws {
        let files = try edited([Edit("factors.yaml", "convention: set_year", "convention: data_year")]).files
        let factors = try SiteConfig(files).method.factors
        #expect(factors.set(year: 2018).id == "uk-2020")
        #expect(factors.set(year: 2023).id == "uk-2025")
    }

    @Test("needs neither a year to compare with nor a simulated plant")
    func optional() throws {
        let files = try Repository.configFiles().filter { !["baseline.yaml", "plant.yaml"].contains($0.name) }
        let config = try SiteConfig(files)
        #expect(config.method.baseline == nil && config.method.targets.isEmpty)
        #expect(config.method.heatingBaseC == 15.5)
        // What is there must be right.
        let broken = files + [ConfigText(name: "baseline.yaml", text: "id: x\n")]
        #expect(!problems(broken).isEmpty)
    }

    @Test("names a folder or file that is not there")
    func missing() throws {
        #expect(throws: ConfigNotFound(path: "/nowhere/at/all")) {
            try SiteConfig.load(folder: "/nowhere/at/all")
        }
        let folder = try TemporaryFolder()
        #expect(throws: ConfigNotFound(path: "\(folder.path)/assets.yaml")) {
            try SiteConfig.load(folder: folder.path)
        }
        let files = try Repository.configFiles().filter { $0.name != "site.yaml" }
        #expect(
            problems(files) == [
                "site.yaml:1:1: error: the file is missing; a site needs assets.yaml, dispatch.yaml, factors.yaml,"
                    + " safety.yaml, shifts.yaml, site.yaml, tariffs.yaml"
            ])
    }
}

@Suite("Zones from the database")
struct LocalZoneDatabaseTests {
    @Test("Europe/London on the clock-change days of 2025")
    func london() throws {
        let zone = try #require(LocalZone(database: "Europe/London"))
        func local(_ text: String) throws -> String { zone.text(try #require(PlantTime(rfc3339: text))) }
        #expect(try local("2025-03-30T00:59:59Z") == "2025-03-30T00:59:59.000Z")
        #expect(try local("2025-03-30T01:00:00Z") == "2025-03-30T02:00:00.000+01:00")
        #expect(try local("2025-10-26T00:59:59Z") == "2025-10-26T01:59:59.000+01:00")
        #expect(try local("2025-10-26T01:00:00Z") == "2025-10-26T01:00:00.000Z")
        func hours(_ month: Int, _ day: Int) -> Double {
            let start = zone.instant(CivilDate(year: 2025, month: month, day: day))
            return (zone.instant(CivilDate(year: 2025, month: month, day: day + 1)) - start).hours
        }
        #expect(hours(3, 30) == 23)
        #expect(hours(10, 26) == 25)
        #expect(hours(6, 18) == 24)
    }

    @Test("holds changes of standard time too, and refuses unknown names")
    func others() throws {
        // Turkey stayed on summer time for good in 2016.
        let istanbul = try #require(LocalZone(database: "Europe/Istanbul"))
        #expect(istanbul.offset(at: try #require(PlantTime(rfc3339: "2017-01-15T00:00:00Z"))) == .hours(3))
        #expect(istanbul.offset(at: try #require(PlantTime(rfc3339: "2015-01-15T00:00:00Z"))) == .hours(2))
        #expect(LocalZone(database: "UTC")?.changes.count == 1)
        #expect(LocalZone(database: "Europe/Londn") == nil)
    }

    @Test("a meter may name a class of its own")
    func meterClass() throws {
        #expect(try SiteConfig(edited([]).files).method.uncertainty.meters.isEmpty)
        let (files, _) = try edited([
            Edit(
                "site.yaml", "  estimates: {value: 0.15,",
                "  meters:\n    - meter: gas heat/boilers\n      half_width: {value: 0.01, source: \"certificate\"}\n"
                    + "  estimates: {value: 0.15,")
        ])
        #expect(try SiteConfig(files).method.uncertainty.meters == [Meter(.gas, .heat, "boilers"): 0.01])
    }
}
