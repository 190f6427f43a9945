import Testing
import TwinCore
import TwinProgram
import TwinSolver

@testable import TwinDispatch

/// The solver of this machine; nil where its package is not installed. `make test` installs it.
let coin = try? CoinSolver()  // the suites that need it say why they are skipped

let isAbsent: Comment = "no solver here: install the Debian package coinor-libcbc3"

/// A plan's problem as a test wants it: periods of an hour from a half hour on, one price, no carbon, nothing on the site
/// but a load. Whatever costs something beside it is 0 unless it is named.
struct PlanBench {
    static let start = PlantTime(ms: 1_750_204_800_000)

    var hours = 1.0
    /// What is taken beside all that is offered, kW, by period.
    var loadKW: [Double]
    var buy: [Double] = [0.2]
    var sell: [Double] = [0.05]
    var grams: [Double] = [0]
    /// What the hot-water network takes beside its generators, kW.
    var heatKW: [Double] = [0]
    var filling = HeatFilling(gramsPerKWh: 0, pricePerKWh: 0.1)
    var heatStore: HeatStore?
    var offers: [Offer] = []
    var connection = PlanProblem.Connection(importMaxKW: 10_000, exportMaxKW: 10_000, peakKW: 10_000)
    var objective = PlanObjective(carbonPerTonne: 0, wearPerKWh: 0, peakPerKWh: 2, changePerKW: 0)
    var step = Span.hours(1)

    init(_ loadKW: [Double], _ offers: [Offer] = []) {
        self.loadKW = loadKW
        self.offers = offers
    }

    private func at<T>(_ list: [T], _ place: Int) -> T { list[min(place, list.count - 1)] }

    func view(_ place: Int) -> PlantView {
        // Generators and the sun give what they say they give.
        let given = offers.reduce(0) { sum, offer in
            switch offer.shape {
            case .generator(let cell): sum + cell.powerKW.value
            case .curtailable(let park): sum + park.powerKW.value
            default: sum
            }
        }
        let net = at(loadKW, place) - given
        var site = SiteView(
            importKW: max(0, net), exportKW: max(0, -net), isGridMeasured: true, isGridConnected: true,
            intensityGPerKWh: UsedValue(at(grams, place), .good), outlook: Outlook())
        site.prices = ElectricityPrices(
            currency: "GBP", importPerKWh: at(buy, place), exportPerKWh: at(sell, place))
        var view = PlantView(site: site, openHeatKW: at(heatKW, place), offers: offers)
        view.heatFilling = filling
        view.heatStore = heatStore
        return view
    }

    var problem: PlanProblem {
        let periods = loadKW.indices.map { place in
            PlanProblem.Period(
                start: Self.start + Span(ms: Int64(exactly: (Double(place) * hours * 3_600_000).rounded()) ?? 0),
                hours: hours,
                view: view(place), gramsPerKWh: at(grams, place))
        }
        return PlanProblem(now: view(0), periods: periods, connection: connection, step: step, objective: objective)
    }

    /// The best plan there is.
    func plan() throws -> DispatchPlan {
        let planner = Planner(try #require(coin), limits: ProgramLimits(nodesMax: 100_000, gap: 0))
        return try planner.plan(problem).get()
    }
}

enum PlanAssets {
    static let bay = AssetPath(.bay, "staff")
    static let pump = AssetPath(.heat, "pump")
    static let oven = AssetPath(.burner, "oven")
    static let cell = AssetPath(.fuelcell, "cell")
    static let park = AssetPath(.solar, "park")

    /// 1 MWh, 20 % reserve; 0.855 there and back.
    static func store(
        _ id: String = "s", kW: Double = 100, kWh: Double = 1000, soc: Double = 0.2, into: Double = 0.95,
        out: Double = 0.9, reserve: Double = 0.2, max: Double = 0.9
    ) -> Offer {
        Offer(
            Store(
                path: AssetPath(.storage, id), powerMaxKW: kW, capacityKWh: kWh, socMin: 0.1, socMax: max,
                socReserve: reserve, chargeEfficiency: into, dischargeEfficiency: out, soc: UsedValue(soc, .good),
                powerKW: UsedValue(0, .good), step: .minutes(1)), ramp: 1)
    }

    static func bays(
        kW: Double = 50, must: Double = 0, can: Double = 50, give: Double = 0, openKWh: Double? = 0,
        action: Action = .setPower
    ) -> Offer {
        Offer(
            DeferrableLoad(
                path: bay, action: action, ratingKW: kW, powerKW: UsedValue(0, .good), mustKW: UsedValue(must, .good),
                canChargeKW: UsedValue(can, .good), canDischargeKW: UsedValue(give, .good), openKWh: openKWh,
                isWorking: false), ramp: 1)
    }

    static func heatPump(kW: Double = 600, cop: Double = 3, minimum: Double = 0) -> Offer {
        Offer(
            Converter(
                path: pump, input: .electricity(perKW: cop, breakEvenGPerKWh: 600), ratedKW: kW, minimumKW: minimum,
                measuredKW: UsedValue(0, .good)), ramp: 1)
    }

    static func elements(kW: Double = 1000, saved: Double, mustRest: Bool = false) -> Offer {
        Offer(
            SourceSwitch(
                path: oven, ratedKW: kW, loadKW: UsedValue(0, .good), canLoadKW: UsedValue(kW, .good),
                breakEvenGPerKWh: 0, replacedPricePerKWh: saved, mustRest: mustRest))
    }

    static func generator(
        _ id: String = "cell", kW: Double = 100, least: Double = 40, now: Double = 100, ramp: Double = 1000,
        price: Double = 0.3, heat: Double = 0, restart: Double = 0, start: Double = 0
    ) -> Offer {
        Offer(
            Generator(
                path: AssetPath(.fuelcell, id), ratedKW: kW, minimumKW: least, rampKWPerStep: ramp,
                powerKW: UsedValue(now, .good), pricePerKWh: price, heatPerKWh: heat, restartHours: restart,
                startCostPerKW: start))
    }

    static func sun(kW: Double) -> Offer {
        Offer(CurtailableSource(path: park, ratedKW: 2000, powerKW: UsedValue(kW, .good), availableKW: kW))
    }
}

func isNear(_ value: Double?, _ expected: Double, within slack: Double = 0.051) -> Bool {
    value.map { abs($0 - expected) <= slack } ?? false
}
