import TwinCore

/// `time:` of a source: which columns hold times and how they are written.
struct ImportSourceTime {
    private enum Format: String, CaseIterable {
        case rfc3339, local, offset
        case epochSeconds = "epoch_s"
        case epochMilliseconds = "epoch_ms"
        case hourOfYear = "hour_of_year"
    }

    let layout: ImportLayout
    let columns: [String]
    let columnPlace: FilePlace
    let format: ImportTimeFormat
    let zone: LocalZone
    let stamp: ImportStamp

    /// - Parameter spread: only for sessions; nil where it is missing, which is reported.
    init?(
        _ node: YAMLNode, layout: ImportSource.LayoutName, spread: ImportSessions.Spread?, siteZone: LocalZone
    ) {
        let time: ImportSourceTime? = node.fields { fields in
            let columnNode = fields.required(layout == .sessions ? "start" : "column")
            let columns = columnNode.flatMap(Self.columns)
            let zone = fields.optional("zone").map(importZone) ?? siteZone
            let kind: ImportLayout?
            let format: ImportTimeFormat?
            var stamp: ImportStamp? = .start
            switch layout {
            case .rows:
                kind = .rows
                format = Self.format(&fields)
                stamp = fields.required("stamp", hint: "write start or end: which end of its interval a row names")?
                    .choice(ImportStamp.self)
            case .halfHours:
                kind = fields.required("date", hint: "write ymd for 2025-06-18 or dmy for 18/06/2025")?
                    .choice(ImportDateOrder.self).map(ImportLayout.halfHours)
                format = .local(.ymd)
            case .sessions:
                kind = Self.sessions(&fields, spread)
                format = Self.format(&fields)
            }
            guard let columnNode, let columns, let zone, let kind, let format, let stamp else { return nil }
            return ImportSourceTime(
                layout: kind, columns: columns, columnPlace: columnNode.place, format: format, zone: zone, stamp: stamp)
        }
        guard let time else { return nil }
        self = time
    }

    private init(
        layout: ImportLayout, columns: [String], columnPlace: FilePlace, format: ImportTimeFormat, zone: LocalZone,
        stamp: ImportStamp
    ) {
        self.layout = layout
        self.columns = columns
        self.columnPlace = columnPlace
        self.format = format
        self.zone = zone
        self.stamp = stamp
    }

    private static func sessions(_ fields: inout YAMLFields, _ spread: ImportSessions.Spread?) -> ImportLayout? {
        let endNode = fields.required("end", hint: "write the column of the time when the vehicle left")
        let doneNode =
            spread == .charging
            ? fields.required("done", hint: "spread charging needs the column of the time when the current stopped")
            : nil
        let pointNode = fields.optional("point")
        let end = endNode.flatMap(columns)
        let done = doneNode.flatMap(columns)
        let point = pointNode.flatMap(columns)
        guard let spread, let endNode, let end, spread == .plugIn || done != nil, pointNode == nil || point != nil
        else { return nil }
        return .sessions(
            ImportSessions(
                spread: spread, endColumns: end, doneColumns: done ?? [], pointColumns: point ?? [],
                endPlace: endNode.place, donePlace: doneNode?.place, pointPlace: pointNode?.place))
    }

    /// A column, or several that are read as one text: `[Date, Time]`.
    private static func columns(_ node: YAMLNode) -> [String]? {
        guard case .list = node.content else { return node.text().map { [$0] } }
        guard let items = node.items(1...4) else { return nil }
        let names = items.map { $0.text() }
        return names.contains(nil) ? nil : names.compactMap(\.self)
    }

    private static func format(_ fields: inout YAMLFields) -> ImportTimeFormat? {
        let word = fields.required("format", hint: "write rfc3339, local, offset, epoch_s, epoch_ms or hour_of_year")?
            .choice(Format.self)
        let orderNode = fields.optional("date")
        let order = orderNode.map { $0.choice(ImportDateOrder.self) } ?? .ymd
        let offsetNode = fields.optional("offset")
        let yearNode = word == .hourOfYear ? fields.required("year") : nil
        let offset = offsetNode.flatMap(Self.offset)
        let year = yearNode?.whole(in: 1900...2200, "year")
        guard let word, let order, (offsetNode == nil) == (offset == nil) else { return nil }
        if let orderNode, word != .local, word != .offset {
            orderNode.problem("the order of a date is for format local and offset; remove it")
            return nil
        }
        switch (word, offset) {
        case (.rfc3339, nil): return .rfc3339
        case (.epochSeconds, nil): return .epochSeconds
        case (.epochMilliseconds, nil): return .epochMilliseconds
        case (.local, nil): return .local(order)
        case (.offset, let offset?): return .offset(order, offset)
        case (.hourOfYear, let offset?): return year.map { .hourOfYear(year: $0, offset) }
        case (.offset, nil), (.hourOfYear, nil):
            fields.node.problem("format \(word.rawValue) needs the offset; add offset: \"+01:00\"")
        default: fields.node.problem("offset is only for format offset; remove it")
        }
        return nil
    }

    static func offset(_ node: YAMLNode) -> Span? {
        guard let text = node.text() else { return nil }
        let midnight = "2000-01-01T00:00"
        guard let local = PlantTime(zoneless: midnight), let instant = PlantTime(rfc3339: midnight + text) else {
            return node.mismatch("an offset like \"+01:00\"")
        }
        return local - instant
    }
}
