import TwinCore

extension ImportMapping {
    /// Reads a mapping file and reports everything that is wrong with it at once.
    /// - Parameter file: its name for messages.
    public static func read(file: String, bytes: [UInt8]) throws(ConfigProblems) -> ImportMapping {
        let log = ProblemLog()
        let mapping = YAMLNode.read(file: file, bytes: bytes, log: log).flatMap(ImportMapping.init)
        guard log.isEmpty, let mapping else { throw log.problems }
        return mapping
    }

    /// Steps of an imported file: each has a clock line, however few rows there are.
    private static let stepsMax: Int64 = 732 * 1440

    private init?(_ root: YAMLNode) {
        let mapping: ImportMapping? = root.fields { fields in
            let version = fields.required("twin", hint: "write twin: \(ImportMapping.version)")?.version(Self.version)
            let siteNode = fields.required("site")
            let site = siteNode?.id()
            let zone = fields.required("time_zone", hint: "write one like Europe/London").flatMap(importZone)
            let stepS = fields.required("step_s").flatMap(Self.step)
            let seed = fields.optional("seed").map { $0.whole(in: 0...Int(Int32.max), "seed") } ?? 0
            let date = fields.required("from", hint: "write the first local day, 2025-06-18")?.date()
            let length = fields.required("for", hint: "write a length like 1d").flatMap(importPeriod)
            let hasClock = fields.optional("clock").map { $0.flag() } ?? true
            let modelled = fields.optional("modelled").map(Self.modelled) ?? []
            let sourcesNode = fields.required("sources")
            guard let zone, let date, let length else {
                // The sources are read all the same, for their problems.
                if let zone { _ = sourcesNode.map { Self.sources($0, zone, from: nil, to: nil) } }
                return nil
            }
            let from = zone.instant(date)
            let to = Self.end(of: date, from, length, zone)
            let sources = sourcesNode.flatMap { Self.sources($0, zone, from: from, to: to) }
            guard version != nil, let siteNode, let site, let stepS, let seed, let hasClock, let modelled, let sources
            else {
                return nil
            }
            guard (to - from).ms / 1000 / Int64(stepS) <= Self.stepsMax else {
                root.problem(
                    "that is \((to - from).ms / 1000 / Int64(stepS)) steps of \(stepS) s, at most \(Self.stepsMax) are made"
                        + " (two years of minutes); choose a longer step_s or a shorter for")
                return nil
            }
            guard from.floored(to: .seconds(Int64(stepS))) == from else {
                root.problem(
                    "local midnight \(zone.text(from)) is not a whole number of steps of \(stepS) s; choose another step_s"
                )
                return nil
            }
            return ImportMapping(
                site: site, zone: zone, stepS: stepS, seed: UInt64(seed), from: from, to: to, hasClock: hasClock,
                sources: sources, modelled: modelled, sitePlace: siteNode.place)
        }
        guard let mapping else { return nil }
        self = mapping
    }

    /// Whole days are local days, which a clock change makes shorter or longer than 24 h.
    private static func end(of date: CivilDate, _ from: PlantTime, _ length: Span, _ zone: LocalZone) -> PlantTime {
        let day = Span.days(1).ms
        guard length.ms % day == 0 else { return from + length }
        return zone.instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + length.ms / day))
    }

    private static func step(_ node: YAMLNode) -> Int? {
        guard let step = node.whole(in: 1...1800, "s") else { return nil }
        guard 1800 % step == 0 else {
            node.problem("\(step) does not divide the half hour of 1800 s; write 60, 30 or another divisor")
            return nil
        }
        return step
    }

    private static func modelled(_ node: YAMLNode) -> [ImportModelled]? {
        guard let entries = node.named() else { return nil }
        return entries.compactMap { key, value in
            let reason = value.fields {
                $0.required("reason", hint: "say why it is not measured")?.text(maxLength: 600)
            }
            guard let name = key.text(), let reason else { return nil }
            return ImportModelled(name: name, reason: reason)
        }
    }

    private static func sources(
        _ node: YAMLNode, _ zone: LocalZone, from: PlantTime?, to: PlantTime?
    ) -> [ImportSource]? {
        guard let items = node.items(1...100) else { return nil }
        var names: Set<String> = []
        var targets: Set<String> = []
        let sources = items.map { item -> ImportSource? in
            guard let source = ImportSource(item, siteZone: zone, from: from, to: to) else { return nil }
            if !names.insert(source.name).inserted {
                item.problem("there is another source \(quoted(source.name)); give each its own name")
            }
            for signal in source.signals {
                let target = "\(signal.area.rawValue)/\(signal.asset) \(signal.key)"
                if !targets.insert(target).inserted {
                    item.log.add(
                        signal.columnPlace, path: signal.path,
                        "\(target) is written by another column already; keep one of them")
                }
            }
            return source
        }
        return sources.contains { $0 == nil } ? nil : sources.compactMap(\.self)
    }
}

/// A zone of the database by its name.
func importZone(_ node: YAMLNode) -> LocalZone? {
    guard let name = node.text() else { return nil }
    if let zone = LocalZone(database: name) { return zone }
    let near = LocalZone.nearestName(name).map { "; did you mean \(quoted($0))?" } ?? "; write one like Europe/London"
    node.problem("\(quoted(name)) is not in the zone database\(near)")
    return nil
}

/// A length of time that is not 0.
func importPeriod(_ node: YAMLNode) -> Span? {
    guard let span = node.duration() else { return nil }
    guard span.ms > 0 else {
        node.problem("0 is no length of time here; write one like 10m")
        return nil
    }
    return span
}
