import TwinCore

extension ImportSource {
    init?(_ node: YAMLNode, siteZone: LocalZone, from: PlantTime?, to: PlantTime?) {
        let source: ImportSource? = node.fields { fields in
            let name = fields.required("name")?.id()
            let fileNode = fields.required("file", hint: "write a file name, * and ? stand for letters")
            let file = fileNode?.text()
            let isOptional = fields.optional("optional").map { $0.flag() } ?? false
            let delimiter = fields.optional("delimiter").map { $0.choice(Delimiter.self) } ?? .comma
            let commaNode = fields.optional("decimal_comma")
            let comma = commaNode?.flag()
            let credit = fields.optional("credit").map { $0.text(maxLength: 600) }
            let filters = fields.optional("where").map(Self.filters) ?? []
            let word = fields.optional("layout").map { $0.choice(LayoutName.self) } ?? .rows
            let spread = word == .sessions ? Self.spread(&fields) : nil
            let timeNode = fields.required("time", hint: word?.timeHint)
            let time = word.flatMap { word in
                timeNode.flatMap { ImportSourceTime($0, layout: word, spread: spread, siteZone: siteZone) }
            }
            let (period, periodPlace) = Self.period(&fields, word)
            let shift = fields.optional("shift").map { Self.shift($0, siteZone, from: from, to: to) }
            let signals = fields.required("signals").flatMap(Self.signals)
            let repeats = fields.optional("repeats").map { $0.choice(ImportRepeats.self) }
            let quality = fields.optional("quality").map(Self.quality)
            guard let name, let fileNode, let file, let isOptional, let delimiter, let filters, let word, let time,
                let period, let signals, (commaNode == nil) == (comma == nil),
                Self.fit(signals, word, period, from, to, node)
            else { return nil }
            // Two nils: the key is missing, or its value is wrong and reported.
            if let credit, credit == nil { return nil }
            if let shift, shift == nil { return nil }
            if let repeats, repeats == nil { return nil }
            if let quality, quality == nil { return nil }
            if comma == true, delimiter == .comma {
                node.problem("a comma cannot both separate the columns and be the decimal point; set delimiter")
                return nil
            }
            return ImportSource(
                name: name, file: file, delimiter: delimiter, hasDecimalComma: comma, layout: time.layout,
                isOptional: isOptional, timeColumns: time.columns, timeFormat: time.format, zone: time.zone,
                stamp: time.stamp, period: period, shiftDays: shift.flatMap(\.self), credit: credit.flatMap(\.self),
                signals: signals, repeats: repeats.flatMap(\.self), quality: quality.flatMap(\.self), filters: filters,
                filePlace: fileNode.place, periodPlace: periodPlace, timeColumnPlace: time.columnPlace, path: node.path)
        }
        guard let source else { return nil }
        self = source
    }

    /// How a mapping names what a row holds.
    enum LayoutName: String, CaseIterable {
        case rows, sessions
        case halfHours = "half_hours"

        var timeHint: String {
            switch self {
            case .rows: "add time: {column, format, stamp}"
            case .halfHours: "add time: {column, date}"
            case .sessions: "add time: {start, end, format}"
            }
        }
    }

    private static func period(
        _ fields: inout YAMLFields, _ layout: LayoutName?
    ) -> (period: Span?, place: FilePlace?) {
        if layout == .halfHours { return (.minutes(30), nil) }
        guard let node = fields.required("period", hint: "write the length of a row's interval, 10m"),
            let period = importPeriod(node)
        else { return (nil, nil) }
        guard period <= Span.days(1) else {
            node.problem("\(period.text) is longer than a day; a payload's period is at most 1d")
            return (nil, nil)
        }
        return (period, node.place)
    }

    /// Reads `{column: Type, estimated: [E]}`.
    private static func quality(_ node: YAMLNode) -> ImportQuality? {
        node.fields { fields in
            let columnNode = fields.required("column")
            let column = columnNode?.text()
            let estimated = fields.required("estimated", hint: "list the texts that mean an estimate, [E]")?
                .items(1...20)?.map { $0.text() }
            guard let columnNode, let column, let estimated, !estimated.contains(nil) else { return nil }
            return ImportQuality(column: column, estimated: estimated.compactMap(\.self), place: columnNode.place)
        }
    }

    private static func spread(_ fields: inout YAMLFields) -> ImportSessions.Spread? {
        fields.required("spread", hint: "write plug_in or charging: the time that a session's energy is spread over")?
            .choice(ImportSessions.Spread.self)
    }

    private static func filters(_ node: YAMLNode) -> [ImportFilter]? {
        guard let entries = node.named() else { return nil }
        let filters = entries.map { key, value -> ImportFilter? in
            guard let column = key.text(), let text = value.text() else { return nil }
            return ImportFilter(column: column, text: text, place: key.place)
        }
        return filters.contains { $0 == nil } ? nil : filters.compactMap(\.self)
    }

    /// Whether the signals are of the kind that the layout has.
    private static func fit(
        _ signals: [ImportSignal], _ layout: LayoutName, _ period: Span, _ from: PlantTime?, _ to: PlantTime?,
        _ node: YAMLNode
    ) -> Bool {
        guard layout != .rows else { return true }
        if signals.contains(where: { !$0.addedColumns.isEmpty }) {
            node.problem("add is for layout rows, whose signals have one column each; remove add")
            return false
        }
        if layout == .halfHours {
            guard signals.allSatisfy(\.kind.isInterval) else {
                node.problem(
                    "the columns of a day hold half hours: kind mean or energy; a register has one reading a row")
                return false
            }
            return true
        }
        guard signals.count == 1, let signal = signals.first, signal.kind == .energy, signal.key == "power_kw" else {
            node.problem("sessions have one signal: the energy's column with kind energy and key power_kw")
            return false
        }
        if let from, let to, (to - from).ms / period.ms > periodsMax {
            node.problem(
                "\(period.text) makes more than \(periodsMax) periods of the imported time; write a longer one")
            return false
        }
        return true
    }

    /// Periods that sessions are spread over; a year of half minutes is more than a million.
    private static let periodsMax: Int64 = 1_000_000

    /// Days from the source's day to the day it is laid on.
    private static func shift(_ node: YAMLNode, _ zone: LocalZone, from: PlantTime?, to: PlantTime?) -> Int64? {
        node.fields { fields in
            let source = fields.required("from")?.date()
            let targetNode = fields.required("to")
            let target = targetNode?.date()
            let anyWeekday = fields.optional("any_weekday").map { $0.flag() } ?? false
            let reason = fields.optional("reason").map { $0.text(maxLength: 600) }
            guard let source, let targetNode, let target, let anyWeekday else { return nil }
            if let reason, reason == nil { return nil }
            if anyWeekday, reason == nil {
                node.problem("any_weekday needs a reason; add reason: why another weekday may stand for this one")
                return nil
            }
            guard anyWeekday || source.isoWeekday == target.isoWeekday else {
                targetNode.problem(
                    "\(source.text) is a \(weekday(source)) and \(target.text) a \(weekday(target)); choose a \(weekday(target)), "
                        + "or write any_weekday: true and reason: why")
                return nil
            }
            let midnight = zone.instant(target)
            if let from, let to, midnight < from || midnight >= to {
                targetNode.problem("\(target.text) is outside the days that are imported; see the top's from and for")
                return nil
            }
            return target.daysSinceEpoch - source.daysSinceEpoch
        }
    }

    private static func weekday(_ date: CivilDate) -> String {
        switch date.isoWeekday {
        case 1: "Monday"
        case 2: "Tuesday"
        case 3: "Wednesday"
        case 4: "Thursday"
        case 5: "Friday"
        case 6: "Saturday"
        default: "Sunday"
        }
    }

    private static func signals(_ node: YAMLNode) -> [ImportSignal]? {
        guard let items = node.items(1...200) else { return nil }
        let signals = items.map(ImportSignal.init)
        return signals.contains { $0 == nil } ? nil : signals.compactMap(\.self)
    }
}
