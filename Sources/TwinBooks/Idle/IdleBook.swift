public import TwinCore
public import TwinUnits

/// What a meter took outside the shifts, and what it takes where it is quietest.
public struct IdleUse: Sendable, Hashable {
    public var meter: Meter
    /// Outside the shifts, and how long that was.
    public var energy = Energy.zero
    public var hours = 0.0
    /// Of it, by location, and what it cost with the price on Scope 1.
    public var kg = 0.0
    public var cost = 0.0
    /// The quietest whole local day without a shift, and its mean, kW; nil where there was none.
    public var quietest: (day: CivilDate, kW: Double)?

    public var meanKW: Double { hours > 0 ? energy.kilowattHours / hours : 0 }

    /// Share of the energy that lies above the quietest day's, 0...1; nil without such a day.
    public var excessShare: Double? {
        quietest.map { meanKW > 0 ? min(max(1 - $0.kW / meanKW, 0), 1) : 0 }
    }

    public static func == (a: IdleUse, b: IdleUse) -> Bool {
        a.meter == b.meter && a.energy == b.energy && a.hours == b.hours && a.kg == b.kg && a.cost == b.cost
            && a.quietest?.day == b.quietest?.day && a.quietest?.kW == b.quietest?.kW
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(meter)
        hasher.combine(energy)
    }
}

/// What ran outside the shifts, meter by meter: loads and fuels. A fold over rows of the books.
public struct IdleBook: Sendable {
    private let method: ReportMethod
    private let calendar: ProductionCalendar
    private var places: [Int] = []
    private var sums: [IdleUse] = []
    /// Energy of the open local day by place, and how much of the day has rows, ms.
    private var day: (date: CivilDate, energies: [Energy], coveredMs: Int64)?
    /// Half hours that were counted, in hours.
    public private(set) var hours = 0.0

    public init(_ method: ReportMethod, _ calendar: ProductionCalendar) {
        (self.method, self.calendar) = (method, calendar)
        for (line, meter) in method.chart.meters.enumerated()
        where meter.account == .load || meter.account.row.fuel != nil {
            places.append(line)
            sums.append(IdleUse(meter: meter))
        }
    }

    /// Adds the next row; rows ascend.
    public mutating func add(_ row: PeriodRow) {
        let date = calendar.zone.local(row.start).date
        if let open = day, open.date != date { close() }
        if !calendar.isProductionDay(date) {
            var open = day ?? (date, [Energy](repeating: .zero, count: places.count), 0)
            for (place, line) in places.enumerated() { open.energies[place] += row.meter(line) }
            open.coveredMs += row.steppedMs
            day = open
        }
        guard !calendar.isShift(at: row.start) else { return }
        count(row)
    }

    private mutating func count(_ row: PeriodRow) {
        let set = method.factors.set(at: row.start)
        let tariffs = method.tariffs[method.tariffIndex(at: row.start)].value
        let rowHours = Double(row.steppedMs) / 3_600_000
        hours += rowHours
        for (place, line) in places.enumerated() {
            let energy = row.meter(line)
            let kWh = energy.kilowattHours
            sums[place].energy += energy
            sums[place].hours += rowHours
            if let fuel = sums[place].meter.account.row.fuel {
                let kg = kWh * set[fuel].direct.kilogramsPerKWh
                let price = (tariffs.fuels[fuel.index] ?? 0) / fuel.row.kWhPerPriced
                sums[place].kg += kg
                sums[place].cost += kWh * price + kg / 1000 * tariffs.carbonPerTonne
            } else {
                sums[place].kg += kWh * set.gridGeneration.kilogramsPerKWh
                sums[place].cost += kWh / 1000 * tariffs.importPerMWh
            }
        }
    }

    /// A whole day without a shift is what others are held against: 23 to 25 hours where the clocks change.
    private mutating func close() {
        defer { day = nil }
        guard let (date, energies, coveredMs) = day else { return }
        let begin = calendar.zone.instant(date)
        let end = calendar.zone.instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1))
        guard coveredMs == (end - begin).ms, coveredMs > 0 else { return }
        for place in sums.indices {
            let kW = energies[place].kilowattHours / (Double(coveredMs) / 3_600_000)
            if kW < sums[place].quietest?.kW ?? .infinity { sums[place].quietest = (date, kW) }
        }
    }

    /// What took anything, the most above its quietest day first (by money), then the dearest.
    public func uses() -> [IdleUse] {
        var book = self
        book.close()
        return book.sums.filter { $0.energy > .zero }.sorted { a, b in
            ((a.excessShare ?? 0) * a.cost, a.cost, b.meter.text) > (
                (b.excessShare ?? 0) * b.cost, b.cost, a.meter.text
            )
        }
    }
}
