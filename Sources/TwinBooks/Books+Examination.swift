public import TwinCore
import TwinUnits

// Sources and uses are held against each other when a settlement period ends: meters that speak by the quarter of an hour
// have spoken by then.

extension Books {
    /// What contradicts the electric bus as a whole, now.
    public var busAlarm: AlarmKey? { busFindings.last { $0.until == nil }?.alarm }

    /// Bought in the settlement periods since a time.
    public func importKWh(since from: PlantTime) -> Double {
        rows.reduce(0) { $1.start >= from ? $0 + $1.accounts[Account.gridImport.index].energy.kilowattHours : $0 }
    }

    func correction(at time: PlantTime) -> GridCorrection? {
        busFindings.isEmpty ? nil : busFindings.last { $0.correction != nil && $0.holds(at: time) }?.correction
    }

    /// Looks at the period that ends with this tick, and once more at the one before it, whose last readings may have come
    /// since.
    mutating func examineBus(_ context: TickContext, _ posting: inout Posting) {
        var end = context.to
        var now = look(at: end - settlementPeriod, context)
        if now == nil {
            // What came too late for one look is there at the next.
            end = end - settlementPeriod
            now = look(at: end - settlementPeriod, context)
        }
        let before = look(at: end - settlementPeriod - settlementPeriod, context)
        if let standing = busFindings.lastIndex(where: { $0.until == nil }) {
            guard let now, !now.isBroken else { return doubt(now, busFindings[standing], &posting) }
            change(from: end - settlementPeriod, to: context.to, &posting) {
                $0.busFindings[standing].until = end - settlementPeriod
            }
            return
        }
        guard let now, now.isBroken, let grid = gridPath else { return }
        let wasBroken = before?.isBroken ?? false
        let from = wasBroken ? end - settlementPeriod - settlementPeriod : end - settlementPeriod
        guard let (finding, sentence) = finding(now, grid, from: from, wasBroken: wasBroken) else { return }
        posting.remarks.append(sentence)
        change(from: from, to: context.to, &posting) { $0.busFindings.append(finding) }
        doubt(now, finding, &posting)
        if wasBroken { doubt(before, finding, &posting) }
    }

    /// What is said of a half hour that does not fit; nil while that may be an accident.
    private func finding(
        _ now: BusExamination, _ grid: AssetPath, from: PlantTime, wasBroken: Bool
    ) -> (BusFinding, String)? {
        let explanation = now.explanation()
        if let mistake = explanation?.mistake, explanation?.meter == nil, now.raisedKWh(by: mistake) > 0 {
            // A figure must not fall by a fault: what would lower the import is only said.
            let alarm = AlarmKey(grid.area, grid.asset, mistake.code)
            return (
                BusFinding(alarm: alarm, correction: GridCorrection(mistake), from: from),
                "\(grid.text): \(now.sentence); \(mistake.sentence), and is booked so"
            )
        }
        if let meter = explanation?.meter, let mistake = explanation?.mistake {
            let alarm = AlarmKey(meter.path.area, meter.path.asset, mistake.code)
            return (
                BusFinding(alarm: alarm, from: from),
                "\(meter.path.text): \(now.sentence); of \(meter.account.name) \(mistake.sentence)"
            )
        }
        guard wasBroken else { return nil }
        return (
            BusFinding(alarm: AlarmKey(grid.area, grid.asset, .balance), from: from),
            "\(grid.text): \(now.sentence); no single meter explains it"
        )
    }

    /// Nil where a period cannot be judged.
    private func look(at start: PlantTime, _ context: TickContext) -> BusExamination? {
        guard let index = index(of: start) else { return nil }
        return examination(
            row: index, steppedMs: rows[index].steppedMs + (rows[index].end == context.to ? context.step.ms : 0))
    }

    private var gridPath: AssetPath? { chart.lines(of: .gridImport).first.map { chart.meters[$0].path } }

    /// What no mistake explains may be wrong by all of it, and what a mistake explains by as much as it corrects; only an
    /// exchange and a factor of 1,000 are beyond chance.
    private func doubt(_ now: BusExamination?, _ finding: BusFinding, _ posting: inout Posting) {
        guard let now, let line = chart.lines(of: .gridImport).first else { return }
        let kWh: Double
        switch finding.correction?.mistake {
        case .exchanged, .scaled(1000): return
        case let mistake?: kWh = abs(now.raisedKWh(by: mistake))
        case nil: kWh = BusExamination.doubtMargin * abs(now.leftKWh)
        }
        posting.doubts.append((chart.meters[line], kWh))
    }
}

extension MeterMistake {
    var code: AlarmCode {
        switch self {
        case .exchanged, .scaled(-1): .sign
        case .scaled(1.5): .conflict
        case .scaled: .unit
        }
    }

    /// What follows a meter's name.
    var sentence: String {
        switch self {
        case .exchanged: "import and export look exchanged"
        case .scaled(-1): "the sign looks turned"
        case .scaled(1.5): "one phase of three looks lost"
        case .scaled(let factor) where factor >= 1:
            "what it tells looks \(JSON.numberText(factor)) times too small (unit?)"
        case .scaled(let factor):
            "what it tells looks \(JSON.numberText((10 / factor).rounded() / 10)) times too large (unit?)"
        }
    }
}

extension BusExamination {
    /// Both sides, for people.
    var sentence: String {
        let left = JSON.numberText(abs(leftKWh).rounded())
        return "sources of electricity are \(left) kWh \(leftKWh < 0 ? "below" : "above") its uses in half an hour"
    }
}
