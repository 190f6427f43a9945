public import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant

/// Whether a scenario tests anything: each fault must touch the recording or the plant, and each expectation must name
/// what there is. A misspelt word would let a test pass for ever.
public struct ScenarioFit {
    private let scenario: ScenarioFile
    /// Nil where nobody says which plant it is: then topics and times are looked at alone.
    private let config: SiteConfig?
    private let zone: LocalZone
    private let header: Header
    private var end: PlantTime
    private var topics: Set<String> = []
    private var reaches: [Int: FaultReach] = [:]

    private var isClosed: Bool { scenario.loop == .closed }

    /// Reads the whole recording.
    public init(_ scenario: ScenarioFile, config: SiteConfig?) throws {
        self.scenario = scenario
        for (place, fault) in scenario.faults.enumerated() { reaches[place] = FaultReach(fault) }
        let reader = try TickReader(paths: [scenario.recording], lateness: .seconds(30), strict: false) {
            throw ReplayProblem("\(scenario.recording): error: a scenario needs a replay file; import the recording")
        }
        header = reader.header
        zone = LocalZone(database: header.timeZone) ?? .utc
        self.config = config?.site == header.site ? config : nil
        end = header.start
        var abouts: [String: [Int]] = [:]
        while let tick = try reader.next() {
            for arrival in tick.arrivals {
                let about = abouts[arrival.topic] ?? self.about(arrival.topic)
                abouts[arrival.topic] = about
                for place in about where reaches[place]?.isTouching == false { reaches[place]?.look(at: arrival) }
            }
            end = max(end, tick.t)
        }
        topics = Set(abouts.keys.filter { !isReplaced($0) })
        addPlant()
    }

    /// The faults that are about a topic of the recording.
    private func about(_ topic: String) -> [Int] {
        guard !isReplaced(topic) else { return [] }
        return scenario.faults.indices.filter { reaches[$0]?.isAbout(topic) == true }
    }

    /// Whether the simulated plant sends this topic in the recording's place.
    private func isReplaced(_ topic: String) -> Bool {
        guard isClosed, case .asset(let area, let asset, let kind)? = Topic(topic, site: header.site) else {
            return false
        }
        return Kinds.simulatedAreas.contains(area) || kind == .ack || kind == .cmd
            || (area == .grid && asset == config?.grid.meter)
    }

    private mutating func addPlant() {
        guard isClosed, let config else { return }
        let controlled = Set(config.assets.filter { $0.kind.control != nil }.map(\.path))
        for input in config.inputs {
            var sent: [(topic: String, keys: [String])] = []
            let tele = Topic.text(site: header.site, input.path.area, input.path.asset, .tele)
            if isReplaced(tele) { sent.append((tele, input.keys + ["ts", "seq", "period_s"])) }
            if controlled.contains(input.path) {
                sent.append(
                    (Topic.text(site: header.site, input.path.area, input.path.asset, .ack), ["id", "state", "code"]))
            }
            for (topic, keys) in sent {
                topics.insert(topic)
                for place in scenario.faults.indices where reaches[place]?.isAbout(topic) == true {
                    reaches[place]?.look(at: keys, from: header.start, to: end)
                }
            }
        }
    }

    // MARK: - Problems

    /// Throws all that is wrong, with its place.
    public func check() throws(ConfigProblems) {
        let log = ProblemLog()
        for (place, fault) in scenario.faults.enumerated() {
            let at = scenario.faultPlaces[place]
            if let reach = reaches[place] {
                if let text = problem(of: reach) { log.add(at, text) }
            } else if let text = plantProblem(of: fault) {
                log.add(at, text)
            }
        }
        for (place, order) in scenario.orders.enumerated() {
            if let text = problem(of: order) { log.add(scenario.orderPlaces[place], text) }
        }
        for (place, expectation) in scenario.expectations.enumerated() {
            if let text = problem(of: expectation) { log.add(scenario.expectationPlaces[place], text) }
        }
        try log.check()
    }

    private func problem(of reach: FaultReach) -> String? {
        guard !reach.isTouching, let on = reach.fault.on else { return nil }
        let verb = "fault \(reach.fault.verb.rawValue)"
        guard reach.isTopicHeard else {
            let near = nearTopic(on).map { "did you mean \($0)?" } ?? "twin topics names those that it has"
            return "\(verb): \(on) matches no topic of the recording; \(near)"
        }
        guard reach.isKeyHeard else {
            if reach.fault.verb.isOfLineOffs { return "\(verb): no message of \(on) is a line_off" }
            let key = reach.fault.key ?? ""
            let near = suggestion(for: key, among: reach.keys.sorted()).map { "did you mean \($0)?" }
            let others = "they have \(reach.keys.sorted().joined(separator: ", "))"
            return "\(verb): no message of \(on) has the key \(key); \(near ?? others)"
        }
        return outside(reach.fault).map { "\(verb): \($0)" }
            ?? "\(verb): no message of \(on) comes while it lasts; let it begin earlier or last longer"
    }

    private func plantProblem(of fault: Fault) -> String? {
        let verb = "fault \(fault.verb.rawValue)"
        guard isClosed else {
            return "\(verb) happens in the plant, and an open recording has none; write plant: simulated"
        }
        if let text = outside(fault) { return "\(verb): \(text)" }
        guard let on = fault.on, let config else { return nil }
        if let text = unknownAsset(on) { return "\(verb): \(text)" }
        let path = AssetPath(text: on)
        switch fault.verb {
        case .ignoreCommand where config.assets.contains(where: { $0.path == path && $0.kind.control == nil }):
            return "\(verb): \(on) obeys no command"
        case .doesNotLeave where path.map({ $0.area != .yard && $0.area != .bay }) ?? true:
            return "\(verb): \(on) is neither a yard nor a bay, which vehicles leave"
        default: return nil
        }
    }

    /// Why an order would do nothing.
    private func problem(of order: ScenarioOrder) -> String? {
        guard order.at >= header.start, order.at <= end else {
            return "order: it is given at \(zone.text(order.at)), \(recordingLasts)"
        }
        do throws(HandWord.Refusal) {
            if try GridRequestWord(order.json, at: order.at) != nil { return nil }
            guard let config else { return nil }
            _ = try HandWord(order.json, at: order.at, control: config.control(of:))
            return nil
        } catch { return "order: \(error.text)" }
    }

    private func outside(_ fault: Fault) -> String? {
        fault.overlaps(header.start, end) ? nil : "it begins at \(zone.text(fault.from)), \(recordingLasts)"
    }

    private var recordingLasts: String { "the recording lasts from \(zone.text(header.start)) to \(zone.text(end))" }

    /// The filter that was probably meant: with one level replaced by one that the recording has.
    private func nearTopic(_ filter: String) -> String? {
        let levels = filter.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        for place in levels.indices where levels[place] != "+" && levels[place] != "#" {
            var any = levels
            any[place] = "+"
            guard let open = TopicFilter(any.joined(separator: "/")) else { continue }
            let words = topics.filter { open.matches($0) }.map {
                String($0.split(separator: "/", omittingEmptySubsequences: false)[place])
            }
            if let near = suggestion(for: levels[place], among: Set(words).sorted()) {
                any[place] = near
                return any.joined(separator: "/")
            }
        }
        return nil
    }

    // MARK: - Expectations

    private func problem(of expectation: Expectation) -> String? {
        if let time = expectation.times.first(where: { $0 < header.start || $0 > end }) {
            return "expect: \(zone.text(time)) lies outside: \(recordingLasts)"
        }
        if let window = expectation.window, let text = problem(after: window.after, within: window.within) {
            return "expect: \(text)"
        }
        let text: String?
        switch expectation.kind {
        case .alarm(let pattern, _, _, _), .noAlarm(let pattern): text = alarmProblem(pattern)
        case .command(let wanted, _): text = commandProblem(wanted)
        case .quality(let pattern, _, _): text = qualityProblem(pattern)
        case .value(let wanted, _, _): text = qualityProblem(wanted.pattern)
        case .departures(let pattern, _):
            text = isClosed ? unknownAsset(pattern, in: [.bay, .yard]) : "vehicles leave only with plant: simulated"
        case .figure: text = nil
        }
        return text.map { "expect: \($0)" }
    }

    /// A window of which the recording has not all would pass, or fail, for what nobody knows.
    private func problem(after: PlantTime, within: Span?) -> String? {
        let step = max(header.step.ms, 1)
        let steps = ((end - header.start).ms + step - 1) / step
        let stepped = header.start + Span(ms: steps * step)
        guard after < stepped else { return "nothing comes after \(zone.text(after)): \(recordingLasts)" }
        guard let within else { return nil }
        guard after + within <= stepped else {
            return "within \(within.text) of \(zone.text(after)) ends behind it: \(recordingLasts)"
        }
        // The first step that begins in it, or whose end does.
        let into = (after - header.start).ms % step
        guard into == 0 || step - into < within.ms else {
            return
                "no step of \(header.step.text) begins within \(within.text) of \(zone.text(after)); write a longer one"
        }
        return nil
    }

    private func alarmProblem(_ pattern: String) -> String? {
        let levels = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard levels.count == 3 else { return "\(pattern) is no alarm; write area/asset/code, with + for any" }
        if let text = unknownAsset("\(levels[0])/\(levels[1])") { return text }
        let codes = AlarmCode.allCases.map(\.rawValue)
        return unknown(levels[2], "code of an alarm", among: codes)
    }

    private func commandProblem(_ wanted: Expectation.CommandPattern) -> String? {
        if let text = unknownAsset(wanted.pattern) { return text }
        guard let config else { return nil }
        let obeyed = config.assets.filter { Expectation.matches(wanted.pattern, path: $0.path.text) }
            .compactMap { $0.kind.control?.action.rawValue }
        guard !obeyed.isEmpty else { return "\(wanted.pattern) obeys no command" }
        return wanted.action.flatMap { unknown($0[...], "action of \(wanted.pattern)", among: Set(obeyed).sorted()) }
    }

    private func qualityProblem(_ pattern: String) -> String? {
        let levels = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard levels.count == 3 else { return "\(pattern) is no value; write area/asset/key, with + for any" }
        let path = "\(levels[0])/\(levels[1])"
        if let text = unknownAsset(path) { return text }
        guard let config else { return nil }
        let keys = config.inputs.filter { Expectation.matches(path, path: $0.path.text) }.flatMap(\.keys)
        return unknown(levels[2], "key of \(path)", among: Set(keys).sorted())
    }

    /// What is wrong with `area/asset`.
    private func unknownAsset(_ pattern: String, in areas: [Area] = Area.allCases) -> String? {
        let levels = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard levels.count == 2 else { return "\(pattern) is no asset; write area/asset, with + for any" }
        if let text = unknown(levels[0], "area", among: areas.map(\.rawValue)) { return text }
        guard let config else { return nil }
        let lines = topics.compactMap { topic -> AssetPath? in
            guard case .asset(.line, let line, _)? = Topic(topic, site: header.site) else { return nil }
            return AssetPath(.line, line)
        }
        // A mapping names the lines of a foreign plant as their messages come.
        if levels[0] == Area.line.rawValue, config.signals != nil { return nil }
        let own: [AlarmKey] = [LinkWatch.alarm.key, .ownSolver, .ownPlan]
        let known: [AssetPath] =
            config.inputs.map(\.path) + config.assets.map(\.path) + lines
            + own.map { AssetPath($0.area, $0.asset) }
        let paths = known.filter { areas.contains($0.area) }
        if paths.contains(where: { Expectation.matches(pattern, path: $0.text) }) { return nil }
        let names = Set(paths.filter { Expectation.isAny(levels[0]) || $0.area.rawValue == levels[0] }.map(\.asset))
        let near = suggestion(for: String(levels[1]), among: names.sorted()).map {
            "; did you mean \(levels[0])/\($0)?"
        }
        return "\(pattern) is no asset of the configuration\(near ?? "; see --config")"
    }

    private func unknown(_ word: Substring, _ what: String, among known: [String]) -> String? {
        if Expectation.isAny(word) || known.contains(String(word)) { return nil }
        let near = suggestion(for: String(word), among: known).map { "did you mean \($0)?" }
        return "\(word) is no \(what); \(near ?? "known here: \(known.joined(separator: ", "))")"
    }
}
