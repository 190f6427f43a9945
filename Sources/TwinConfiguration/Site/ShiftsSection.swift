import TwinCore

/// `shifts.yaml`: what the plant builds and when.
struct ShiftsSection {
    var vehiclesPerDay: Double
    /// Nil where the plan is enough to judge by.
    var vehiclesPerHourMax: Double?
    /// Ids of the lines; empty where none is named.
    var lines: [String]
    var models: ModelMix
    var workdays: Set<Int>
    var shifts: [ProductionCalendar.Shift]
    var closed: [ClosedRange<CivilDate>]

    private enum Weekday: String, CaseIterable {
        case mon, tue, wed, thu, fri, sat, sun

        /// 1 = Monday … 7 = Sunday.
        var iso: Int { (Weekday.allCases.firstIndex(of: self) ?? 0) + 1 }
    }

    init?(_ root: YAMLNode) {
        let section: ShiftsSection? = root.fields { fields in
            let vehicles = fields.quantity("vehicles_per_day", in: 0...10_000, "vehicles/day")
            let rateMax = fields.optional("vehicles_per_hour_max")?.sourced { $0.number(in: 1...10_000, "vehicles/h") }
            let lines = fields.optional("lines").map(Self.lines) ?? []
            let models = fields.required("models", hint: ModelMix.hint).flatMap(ModelMix.read)
            let workdays = fields.required("workdays").flatMap(Self.workdays)
            let shifts = fields.required("shifts").flatMap(Self.shifts)
            let closed = fields.required("closed").flatMap(Self.closed)
            guard let vehicles, let lines, let models, let workdays, let shifts, let closed else { return nil }
            if vehicles > 0, workdays.isEmpty {
                fields.node.find("workdays")?.problem(
                    "no day works, but \(plain(vehicles)) vehicles are planned for each; list the days, or plan 0")
            }
            let section = ShiftsSection(
                vehiclesPerDay: vehicles, vehiclesPerHourMax: rateMax, lines: lines, models: models, workdays: workdays,
                shifts: shifts, closed: closed)
            section.checkRate(fields.node)
            return section
        }
        guard let section else { return nil }
        self = section
    }

    private init(
        vehiclesPerDay: Double, vehiclesPerHourMax: Double?, lines: [String], models: ModelMix, workdays: Set<Int>,
        shifts: [ProductionCalendar.Shift], closed: [ClosedRange<CivilDate>]
    ) {
        self.vehiclesPerDay = vehiclesPerDay
        self.vehiclesPerHourMax = vehiclesPerHourMax
        self.lines = lines
        self.models = models
        self.workdays = workdays
        self.shifts = shifts
        self.closed = closed
    }

    func calendar(in zone: LocalZone) -> ProductionCalendar {
        ProductionCalendar(
            zone: zone, shifts: shifts, workdays: workdays, closed: closed, vehiclesPerDay: vehiclesPerDay,
            models: models, vehiclesPerHourMax: vehiclesPerHourMax, lines: lines)
    }

    private static func lines(_ node: YAMLNode) -> [String]? {
        guard let items = node.items(1...64) else { return nil }
        var ids: [String] = []
        for item in items {
            guard let id = item.id() else { continue }
            if ids.contains(id) { item.problem("\(quoted(id)) is listed twice; remove one of them") }
            ids.append(id)
        }
        return ids
    }

    /// A line that may not make what is planned would lose vehicles every day.
    private func checkRate(_ node: YAMLNode) {
        let hours = shifts.reduce(0) { $0 + Span(ms: $1.end - $1.start).hours }
        guard let most = vehiclesPerHourMax, hours > 0, most < vehiclesPerDay / hours else { return }
        let planned = plain((vehiclesPerDay / hours * 10).rounded() / 10)
        node.find("vehicles_per_hour_max")?.problem(
            "\(plain(most)) is less than the planned \(planned) vehicles/h; leave it out, or write what no line"
                + " exceeds")
    }

    private static func workdays(_ node: YAMLNode) -> Set<Int>? {
        guard let items = node.items(0...7) else { return nil }
        var days: Set<Int> = []
        for item in items {
            guard let day = item.choice(Weekday.self) else { continue }
            if !days.insert(day.iso).inserted { item.problem("\(day.rawValue) is listed twice; remove one of them") }
        }
        return days
    }

    static func shifts(_ node: YAMLNode) -> [ProductionCalendar.Shift]? {
        guard let items = node.items(1...6) else { return nil }
        let shifts = items.map { item -> ProductionCalendar.Shift? in
            item.fields { fields in
                let name = fields.required("name")?.text(maxLength: 40)
                let start = fields.required("start")?.timeOfDay()
                let end = fields.required("end")?.timeOfDay()
                guard let name, let start, let end else { return nil }
                guard start < end else {
                    fields.node.find("end")?.problem(
                        "the shift ends before it starts; split a night shift at 24:00 into two")
                    return nil
                }
                return ProductionCalendar.Shift(name: name, start: start, end: end)
            }
        }
        let good = shifts.compactMap(\.self)
        guard good.count == items.count else { return nil }
        checkOverlap(good, items)
        return good.sorted { $0.start < $1.start }
    }

    /// Two shifts at once would halve the line's rate; two of one name could not be told apart.
    private static func checkOverlap(_ shifts: [ProductionCalendar.Shift], _ items: [YAMLNode]) {
        for (index, (shift, item)) in zip(shifts, items).enumerated() {
            if let other = shifts.prefix(index).first(where: { $0.start < shift.end && shift.start < $0.end }) {
                item.problem("shift \(quoted(shift.name)) overlaps shift \(quoted(other.name)); move one of them")
            }
            if shifts.prefix(index).contains(where: { $0.name == shift.name }) {
                item.find("name")?.problem("\(quoted(shift.name)) names two shifts; give each its own name")
            }
        }
    }

    static func closed(_ node: YAMLNode) -> [ClosedRange<CivilDate>]? {
        guard let items = node.items(0...400) else { return nil }
        var closed: [ClosedRange<CivilDate>] = []
        for item in items {
            guard let days = days(item) else { continue }
            if let other = closed.first(where: { $0.overlaps(days) }) {
                item.problem(
                    "\(days.lowerBound.text) to \(days.upperBound.text) overlaps \(other.lowerBound.text) to"
                        + " \(other.upperBound.text); join them or move one")
            }
            closed.append(days)
        }
        return closed
    }

    private static func days(_ item: YAMLNode) -> ClosedRange<CivilDate>? {
        item.fields { fields in
            let from = fields.required("from")?.date()
            let to = fields.required("to")?.date()
            let why = fields.required("why")?.text()
            guard let from, let to, why != nil else { return nil }
            guard from <= to else {
                fields.node.find("to")?.problem("\(to.text) is before \(from.text); swap the dates")
                return nil
            }
            return from...to
        }
    }
}
