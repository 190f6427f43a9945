import TwinCore

extension ImportSource {
    init?(_ node: YAMLNode, siteZone: LocalZone, from: PlantTime?, to: PlantTime?) {
        let source: ImportSource? = node.fields { fields in
            let name = fields.required("name")?.id()
            let fileNode = fields.required("file", hint: "write a file name, * and ? stand for letters")
            let file = fileNode?.text()
            let delimiter = fields.optional("delimiter").map { $0.choice(Delimiter.self) } ?? .comma
            let comma = fields.optional("decimal_comma").map { $0.flag() } ?? false
            let credit = fields.optional("credit").map { $0.text(maxLength: 600) }
            let time = fields.required("time", hint: "add time: {column, format, stamp}").flatMap {
                Time($0, siteZone: siteZone)
            }
            let period = fields.required("period", hint: "write the length of a row's interval, 10m").flatMap(
                Self.period)
            let shift = fields.optional("shift").map { Self.shift($0, siteZone, from: from, to: to) }
            let signals = fields.required("signals").flatMap(Self.signals)
            guard let name, let fileNode, let file, let delimiter, let comma, let time, let period, let signals
            else { return nil }
            // Two nils: the key is missing, or its value is wrong and reported.
            if let credit, credit == nil { return nil }
            if let shift, shift == nil { return nil }
            if comma, delimiter == .comma {
                node.problem("a comma cannot both separate the columns and be the decimal point; set delimiter")
                return nil
            }
            return ImportSource(
                name: name, file: file, delimiter: delimiter, hasDecimalComma: comma, timeColumn: time.column,
                timeFormat: time.format, zone: time.zone, stamp: time.stamp, period: period,
                shiftDays: shift.flatMap(\.self), credit: credit.flatMap(\.self), signals: signals,
                filePlace: fileNode.place, timeColumnPlace: time.columnPlace, path: node.path)
        }
        guard let source else { return nil }
        self = source
    }

    /// `time:` of a source.
    private struct Time {
        enum Format: String, CaseIterable { case rfc3339, local, offset }

        var column: String
        var columnPlace: FilePlace
        var format: ImportTimeFormat
        var zone: LocalZone
        var stamp: ImportStamp

        init?(_ node: YAMLNode, siteZone: LocalZone) {
            let time: Time? = node.fields { fields in
                let columnNode = fields.required("column")
                let column = columnNode?.text()
                let word = fields.required("format", hint: "write rfc3339, local or offset")?.choice(Format.self)
                let zone = fields.optional("zone").map(importZone) ?? siteZone
                let offset = fields.optional("offset").map(Time.offset)
                let stamp = fields.required("stamp", hint: "write start or end: which end of its interval a row names")?
                    .choice(ImportStamp.self)
                guard let columnNode, let column, let word, let zone, let stamp else { return nil }
                if let offset, offset == nil { return nil }
                let format: ImportTimeFormat
                switch (word, offset.flatMap(\.self)) {
                case (.rfc3339, nil): format = .rfc3339
                case (.local, nil): format = .local
                case (.offset, let offset?): format = .offset(offset)
                case (.offset, nil):
                    node.problem("format offset needs the offset; add offset: \"+01:00\"")
                    return nil
                default:
                    node.problem("offset is only for format offset; remove it")
                    return nil
                }
                return Time(column: column, columnPlace: columnNode.place, format: format, zone: zone, stamp: stamp)
            }
            guard let time else { return nil }
            self = time
        }

        private init(
            column: String, columnPlace: FilePlace, format: ImportTimeFormat, zone: LocalZone, stamp: ImportStamp
        ) {
            self.column = column
            self.columnPlace = columnPlace
            self.format = format
            self.zone = zone
            self.stamp = stamp
        }

        private static func offset(_ node: YAMLNode) -> Span? {
            guard let text = node.text() else { return nil }
            let midnight = "2000-01-01T00:00"
            guard let local = PlantTime(zoneless: midnight), let instant = PlantTime(rfc3339: midnight + text) else {
                return node.mismatch("an offset like \"+01:00\"")
            }
            return local - instant
        }
    }

    private static func period(_ node: YAMLNode) -> Span? {
        guard let period = importPeriod(node) else { return nil }
        guard period <= Span.days(1) else {
            node.problem("\(period.text) is longer than a day; a payload's period is at most 1d")
            return nil
        }
        return period
    }

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
