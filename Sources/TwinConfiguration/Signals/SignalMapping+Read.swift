public import TwinCore

extension SignalMapping {
    /// Rows of a mapping; a plant has some thousands of signals at the most.
    private static let sourcesMax = 2000

    /// Reads `signals.yaml`.
    /// - Parameter zone: the site's, for local times that name none.
    init?(_ root: YAMLNode, zone: LocalZone) {
        let mapping: SignalMapping? = root.fields { fields in
            let version = fields.required("twin", hint: "write twin: \(Self.version)")?.version(Self.version)
            let items = fields.required("sources", hint: "add the topics and their signals")?
                .items(1...Self.sourcesMax)
            guard let items, let mapping = SignalMapping(items, root.log, zone: zone), version != nil
            else { return nil }
            return mapping
        }
        guard let mapping else { return nil }
        self = mapping
    }

    /// Reads rows as they stand below `sources:`.
    init?(rows root: YAMLNode, zone: LocalZone) {
        guard let items = root.items(1...Self.sourcesMax) else { return nil }
        self.init(items, root.log, zone: zone)
    }

    private init?(_ items: [YAMLNode], _ log: ProblemLog, zone: LocalZone) {
        let sources = items.map { SignalSource($0, zone: zone) }
        Self.checkTwice(sources.compactMap(\.self), log)
        guard !sources.contains(where: { $0 == nil }) else { return nil }
        self.init(sources: sources.compactMap(\.self))
    }

    /// Two rows for one signal would fight over it.
    private static func checkTwice(_ sources: [SignalSource], _ log: ProblemLog) {
        var lines: [String: Int] = [:]
        for target in sources.flatMap(\.signals).flatMap(\.targets) {
            let name = "\(target.asset.text) \(target.key)"
            if let line = lines[name] {
                log.add(
                    target.assetPlace, path: target.path,
                    "\(name) is written by the row in line \(line) already; keep one of them")
            } else {
                lines[name] = target.assetPlace.line
            }
        }
    }

    /// Finds signals that the plant does not have.
    /// - Parameter inputs: what the plant may be told.
    public func check(against inputs: [AssetInput]) throws(ConfigProblems) {
        let log = ProblemLog()
        for target in sources.flatMap(\.signals).flatMap(\.targets) { target.check(against: inputs, log) }
        try log.check()
    }
}

extension SignalSource {
    init?(_ node: YAMLNode, zone: LocalZone) {
        let source: SignalSource? = node.fields { fields in
            let topicNode = fields.required("topic", hint: "write a topic, + and # stand for levels")
            let filter = topicNode.flatMap(Self.filter)
            let addNode = fields.optional("add")
            let added = addNode.map { Self.topics($0) } ?? []
            let period = fields.optional("period").map(importPeriod)
            let time = fields.optional("time").map { MappedTime.read($0, zone: zone) }
            let comma = fields.optional("decimal_comma").map { $0.flag() }
            let quality = fields.optional("quality").map { QualityFlag($0) }
            let common = MappedSignal.Common(
                period: period.flatMap(\.self), quality: quality.flatMap(\.self), isSum: addNode != nil)
            let vehicles = fields.optional("vehicle").map { MappedVehicles($0) }
            let signalsNode =
                vehicles == nil
                ? fields.required("signals", hint: "add what its messages hold, or vehicle: for events of a line")
                : fields.optional("signals")
            let signals = signalsNode.map { Self.signals($0, common) } ?? []
            guard let topicNode, let filter, let added, let signals else { return nil }
            // Two nils: the key is missing, or its value is wrong and reported.
            if let period, period == nil { return nil }
            if let comma, comma == nil { return nil }
            if let time, time == nil { return nil }
            if let quality, quality == nil { return nil }
            if let vehicles, vehicles == nil { return nil }
            // Reported where it is missing.
            guard !signals.isEmpty || vehicles != nil else { return nil }
            guard addNode == nil || Self.fitsSum(filter, added, common, topicNode) else { return nil }
            let read = time.flatMap(\.self)
            return SignalSource(
                filter: filter, summands: addNode == nil ? [] : [filter.text] + added, period: common.period,
                signals: signals, time: read?.time, stamp: read?.stamp ?? .start,
                hasDecimalComma: comma.flatMap(\.self),
                vehicles: vehicles.flatMap(\.self), place: topicNode.place, path: node.path)
        }
        guard let source else { return nil }
        self = source
    }

    private static func filter(_ node: YAMLNode) -> TopicFilter? {
        guard let text = node.text(maxLength: Topic.lengthMax) else { return nil }
        guard let filter = TopicFilter(text) else {
            node.problem("\(quoted(text)) is no MQTT topic filter; + is a whole level, # the last one")
            return nil
        }
        return filter
    }

    private static func topics(_ node: YAMLNode) -> [String]? {
        guard let items = node.items(1...20) else { return nil }
        let names = items.map { $0.text(maxLength: Topic.lengthMax) }
        return names.contains(nil) ? nil : names.compactMap(\.self)
    }

    private static func signals(_ node: YAMLNode, _ common: MappedSignal.Common) -> [MappedSignal]? {
        guard let items = node.items(1...200) else { return nil }
        let signals = items.map { MappedSignal($0, common) }
        return signals.contains { $0 == nil } ? nil : signals.compactMap(\.self)
    }

    private static func fitsSum(
        _ filter: TopicFilter, _ added: [String], _ common: MappedSignal.Common, _ node: YAMLNode
    ) -> Bool {
        let topics = [filter.text] + added
        if topics.contains(where: { $0.contains("+") || $0.contains("#") }) {
            node.problem("topics that are added are named one by one; write them without + and #")
            return false
        }
        if Set(topics).count < topics.count {
            node.problem("a topic is added twice; name each once")
            return false
        }
        if common.period == nil {
            node.problem("a sum needs period: how long a value holds when one of the topics falls silent")
            return false
        }
        return true
    }
}

extension MappedVehicles {
    /// Reads `{line: final, id: /vin, event: /evt, words: {OK_OFF: line_off}, model: /model}`.
    init?(_ node: YAMLNode) {
        let vehicles: MappedVehicles? = node.fields { fields in
            let line = fields.required("line", hint: "write the asset id of the line, final")?.id()
            let id = fields.required("id", hint: "write where the vehicle's id stands, /vin").flatMap {
                PayloadPlace($0)
            }
            let event = fields.required("event", hint: "write where the event's word stands, /event").flatMap {
                PayloadPlace($0)
            }
            let words = fields.required("words", hint: "write their word for ours, {OK_OFF: line_off}")
                .flatMap(Self.words)
            let model = fields.optional("model").map { PayloadPlace($0) }
            guard let line, let id, let event, let words else { return nil }
            if let model, model == nil { return nil }
            return MappedVehicles(
                line: line, id: id, event: event, words: words, model: model.flatMap(\.self), place: node.place,
                path: node.path)
        }
        guard let vehicles else { return nil }
        self = vehicles
    }

    private static func words(_ node: YAMLNode) -> [String: String]? {
        guard let entries = node.named() else { return nil }
        var words: [String: String] = [:]
        for (key, value) in entries {
            guard let text = key.scalar, let ours = value.text() else { return nil }
            guard events.contains(ours) else {
                let near = suggestion(for: ours, among: events).map { "; did you mean \(quoted($0))?" } ?? ""
                value.problem("\(quoted(ours)) is none of \(events.joined(separator: ", "))\(near)")
                return nil
            }
            words[text] = ours
        }
        return words
    }
}
