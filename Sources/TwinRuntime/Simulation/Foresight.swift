import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinStudies

/// What really comes while all is left to itself, by half hour.
struct Foresight: Sendable {
    var periods: [PlanProblem.Period] = []
    /// In the same places.
    var windKW: [Double] = []

    /// Nil for a half hour that it does not hold.
    func values(of start: PlantTime) -> ForecastValues? {
        guard let first = periods.first?.start, start >= first else { return nil }
        let place = Int((start - first).ms / settlementPeriod.ms)
        guard periods.indices.contains(place), windKW.indices.contains(place), periods[place].start == start else {
            return nil
        }
        return ForecastValues(periods[place].view, windKW: windKW[place])
    }
}

/// What is seen over several steps, as their mean.
struct SeenMean: Sendable {
    private var values: [UsedValue] = []
    private var count = 0.0
    private var netKW = 0.0
    private var wind = 0.0

    mutating func add(_ used: [UsedValue], _ metered: (importKW: Double, exportKW: Double), windKW: Double) {
        if values.isEmpty {
            values = used
        } else {
            for (place, value) in used.enumerated() { values[place].value += value.value }
        }
        count += 1
        netKW += metered.importKW - metered.exportKW
        wind += windKW
    }

    var used: [UsedValue] { values.map { UsedValue($0.value / max(count, 1), $0.quality) } }
    var metered: (importKW: Double, exportKW: Double) {
        (max(0, netKW / max(count, 1)), max(0, -netKW / max(count, 1)))
    }
    var windKW: Double { wind / max(count, 1) }
}

extension Offer.Shape {
    /// What no plan decides about: it costs nothing and saves always.
    var isRuled: Bool {
        switch self {
        case .window, .duty, .circuit: true
        case .deferrable, .store, .converter, .source, .generator, .curtailable: false
        }
    }
}

extension ForecastValues {
    /// Of a half hour that is seen so.
    init(_ view: PlantView, windKW: Double) {
        let sunKW = view.offers.reduce(0) { sum, offer in
            guard case .curtailable(let source) = offer.shape else { return sum }
            return sum + source.availableKW
        }
        let intensity = view.site.intensityGPerKWh
        self.init(
            netKW: view.netAtRestKW, sunKW: sunKW, windKW: windKW, heatKW: view.openHeatKW,
            gramsPerKWh: intensity.quality.isGood ? intensity.value : nil)
    }
}
