import TwinCore
import TwinUnits

/// A mistake of one meter that would explain why sources and uses of a bus do not fit.
enum MeterMistake: Sendable, Hashable, Codable {
    /// Import stands where export should, and export where import should.
    case exchanged
    /// What it tells is to be multiplied by so much.
    case scaled(Double)
}

/// Sources and uses of the electric bus over one settlement period, from the readings as they came.
///
/// Meters that fit at every step fit here too; those that speak by the quarter of an hour or by the hour can only be held
/// against each other here.
struct BusExamination: Sendable {
    /// Above this share of what flows, beside what models filled in, meters exclude each other.
    static let fractionMax = 0.1
    /// A model that fills in errs by no more than this share of it.
    static let modelErrorMax = 0.5
    /// What is left over is known no better than this factor: the other meters of the half hour err too. Assumed.
    static let doubtMargin = 1.1
    /// A mistake explains what is left over when no more than this share remains.
    static let explainedMax = 0.03
    /// What a wrong unit, one phase of three that is lost, or a turned sign is to be multiplied by. What is too large by them is mostly out of range already.
    private static let factors = [1000, 0.001, 3.6, 1 / 3.6, 1.5, -1]

    /// Sources less uses and losses, and the larger of both, kWh.
    private(set) var leftKWh = 0.0
    /// The same, less what models that filled in are forgiven.
    private var unforgivenKWh = 0.0
    private(set) var flowKWh = 0.0
    private let lines: SumList
    private let chart: Chart
    private let losses: LossFractions

    /// - Parameters:
    ///   - lines: by the chart.
    ///   - steppedMs: how long the period was stepped.
    init?(_ lines: SumList, steppedMs: Int64, chart: Chart, losses: LossFractions) {
        var book = TickBook(lineCount: lines.count)
        book.lines = lines
        book.stepMs = steppedMs
        guard lines.count == chart.meters.count, book.hasGridMeter(chart) else { return nil }
        self.lines = lines
        self.chart = chart
        self.losses = losses
        let hours = Double(steppedMs) / 3_600_000
        (leftKWh, flowKWh) = weigh(lines)
        let filled = BusExamination.modelErrorMax * book.estimatedKW(chart) * hours
        unforgivenKWh = max(0, abs(leftKWh) - filled)
    }

    var isBroken: Bool { unforgivenKWh > BusExamination.fractionMax * flowKWh }

    /// A mistake of one meter, and what it would be of.
    struct Explanation: Sendable, Hashable {
        /// Nil for the grid's.
        var meter: Meter?
        var mistake: MeterMistake
    }

    /// The only mistake of one meter that explains it; nil where none or several would.
    func explanation() -> Explanation? {
        var found: [Explanation] = []
        let grid = [MeterMistake.exchanged] + BusExamination.factors.filter { $0 > 0 }.map(MeterMistake.scaled)
        for mistake in grid where explains(GridCorrection(mistake).applied(to: lines, chart)) {
            found.append(Explanation(meter: nil, mistake: mistake))
        }
        for line in chart.linesWithin where lines[line].energy.wattSeconds != 0 {
            for factor in BusExamination.factors {
                var corrected = lines
                corrected[line].energy = lines[line].energy.times(factor)
                if explains(corrected) {
                    found.append(Explanation(meter: chart.meters[line], mistake: .scaled(factor)))
                }
            }
        }
        return found.count == 1 ? found[0] : nil
    }

    /// By how much a correction of the grid's meter raises what is bought, kWh.
    func raisedKWh(by mistake: MeterMistake) -> Double {
        let corrected = GridCorrection(mistake).applied(to: lines, chart)
        return chart.lines(of: .gridImport).reduce(0) {
            $0 + corrected[$1].energy.kilowattHours - lines[$1].energy.kilowattHours
        }
    }

    /// A correction that blows up what flows explains nothing, so the smaller flow is the measure.
    private func explains(_ corrected: SumList) -> Bool {
        let (left, flow) = weigh(corrected)
        return abs(left) <= BusExamination.explainedMax * min(flow, flowKWh)
    }

    private func weigh(_ lines: SumList) -> (left: Double, flow: Double) {
        let sheet = Bus.electricity.sheet
        func sum(_ accounts: [Account]) -> Double {
            accounts.reduce(0) { sum, account in
                chart.lines(of: account).reduce(sum) { $0 + lines[$1].energy.kilowattHours }
            }
        }
        let delivered = sum(sheet.consumed) + sum(sheet.stored)
        let given = sum(sheet.supplied) + sum([sheet.imported].compactMap { $0 })
        let taken = delivered * (1 + losses.share(.electricity)) + sum([sheet.exported].compactMap { $0 })
        return (given - taken, max(given, taken))
    }
}

/// What the books hold against the meters of a bus.
struct BusFinding: Sendable, Hashable, Codable {
    var alarm: AlarmKey
    /// Of the grid's meter: what it tells is booked without its mistake.
    var correction: GridCorrection?
    var from: PlantTime
    /// Nil while it lasts.
    var until: PlantTime?

    func holds(at time: PlantTime) -> Bool { from <= time && until.map { time < $0 } ?? true }
}

/// The grid's readings as they would be without a mistake.
struct GridCorrection: Sendable, Hashable, Codable {
    let mistake: MeterMistake

    init(_ mistake: MeterMistake) { self.mistake = mistake }

    /// What it corrects is no measurement any more.
    func applied(to lines: SumList, _ chart: Chart) -> SumList {
        var corrected = lines
        let imports = chart.lines(of: .gridImport)
        let exports = chart.lines(of: .gridExport)
        switch mistake {
        case .exchanged:
            for (bought, sold) in zip(imports, exports) {
                corrected[bought] = lines[sold]
                corrected[sold] = lines[bought]
            }
        case .scaled(let factor):
            for line in imports + exports { corrected[line].energy = lines[line].energy.times(factor) }
        }
        for line in imports + exports {
            corrected[line].estimatedMs = corrected[line].coveredMs
            corrected[line].measuredMs = 0
        }
        return corrected
    }
}

extension Energy {
    fileprivate func times(_ factor: Double) -> Energy { Energy(roundingWattSeconds: Double(wattSeconds) * factor) }
}
