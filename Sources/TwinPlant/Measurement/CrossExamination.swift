import TwinCore

/// How the signals of an asset are held against their witnesses, at the end of each settlement period.
///
/// One period may be an accident; what several in a row exclude is a contradiction from the first of them on, until a
/// period agrees again.
struct CrossExamination: Sendable {
    private struct Question: Sendable {
        let asset: Int
        /// Among the kind's witnesses.
        let place: Int
        let witness: Witness
    }

    private let questions: [Question]
    private let assets: [(path: AssetPath, sheet: SignalSheet)]
    private let preferences: [Preference?]
    private let groups: GroupExamination

    init(_ assets: [PlantAsset], _ sheets: [SignalSheet]) {
        questions = assets.enumerated().flatMap { index, asset in
            asset.kind.witnesses.enumerated().map { Question(asset: index, place: $0, witness: $1) }
        }
        self.assets = zip(assets, sheets).map { ($0.path, $1) }
        preferences = assets.map(\.preference)
        groups = GroupExamination(assets, sheets)
    }

    /// Looks back from the end of a settlement period.
    /// - Parameter isWeatherTold: whether the air temperature is a measurement.
    func examine(
        _ fleet: inout Fleet, isWeatherTold: Bool, _ context: TickContext, _ report: inout FeedReport,
        _ reply: inout ComponentReply
    ) {
        for question in questions where fleet.feeds[question.asset].canBeExamined {
            // A model that stands on the annual mean of the air knows less than any meter.
            if case .model = question.witness, !isWeatherTold { continue }
            judge(question, &fleet, context, &report, &reply)
        }
        if isWeatherTold, context.isPlanKept { groups.examine(&fleet, context, &report, &reply) }
    }

    private func judge(
        _ question: Question, _ fleet: inout Fleet, _ context: TickContext, _ report: inout FeedReport,
        _ reply: inout ComponentReply
    ) {
        var end = context.to
        var latest = verdict(question, fleet, to: end, context)
        if latest == nil {
            // What came too late for one look is there at the next.
            end = end - settlementPeriod
            latest = verdict(question, fleet, to: end, context)
        }
        guard var latest else { return }
        if let preference = preferences[question.asset], case .model = question.witness {
            latest?.counts = preference == .model ? .model : .reading
        }
        doubtFrozen(question, fleet, to: end, &reply)
        let standing = fleet.feeds[question.asset].contradictions.firstIndex {
            $0.witness == question.place && $0.until == nil
        }
        switch (latest, standing) {
        case (nil, let standing?):
            fleet.feeds[question.asset].contradictions[standing].until = end - settlementPeriod
            report.touch(from: end - settlementPeriod, to: context.to)
        case (let found?, nil):
            guard let from = begin(of: found, question, fleet, end, context) else { return }
            fleet.feeds[question.asset].contradictions.append(
                Contradiction(
                    spec: found.spec, witness: question.place, from: from, until: nil, counts: found.counts,
                    isUnit: found.unit != nil))
            report.touch(from: from, to: context.to)
            let (path, sheet) = assets[question.asset]
            reply.remarks.append("\(path.text): \(found.sentence(question.witness, sheet))")
            doubt(found, question, hours: (end - from).hours, &reply)
            // In this tick, so that it has the sentence for a cause; from the next one on the feed raises it.
            let alarm = AlarmKey(path.area, path.asset, found.unit == nil ? .conflict : .unit)
            if !reply.alarms.contains(alarm) { reply.alarms.append(alarm) }
        case (let found?, _?): doubt(found, question, hours: settlementPeriod.hours, &reply)
        case (nil, nil): break
        }
    }

    /// From when on its witness excludes a signal; nil while that may be an accident.
    private func begin(
        of found: Finding, _ question: Question, _ fleet: Fleet, _ end: PlantTime, _ context: TickContext
    ) -> PlantTime? {
        var from = end - settlementPeriod
        for _ in 1..<question.witness.periodsMin {
            guard let before = verdict(question, fleet, to: from, context), before?.spec == found.spec else {
                return nil
            }
            from = from - settlementPeriod
        }
        return from
    }

    /// Nil where there is nothing to judge by; a nil inside is an agreement.
    private func verdict(_ question: Question, _ fleet: Fleet, to end: PlantTime, _ context: TickContext) -> Finding?? {
        let sheet = assets[question.asset].sheet
        let from = end - settlementPeriod
        func told(_ place: Int) -> (spec: Int, kW: Double)? {
            guard let spec = sheet.specPlaces[place],
                let kW = fleet.toldKW(question.asset, spec, sheet.register(of: spec), from, end)
            else { return nil }
            return (spec, kW)
        }
        switch question.witness {
        case .model(let place):
            guard let told = told(place), let estimate = sheet.estimatePlaces[place],
                let model = fleet.estimates[question.asset][estimate].mean(from: from, to: end)
            else { return nil }
            return .some(
                Finding(
                    spec: told.spec, told: told.kW, model: model, rated: sheet.specs[told.spec].range.upperBound,
                    isPlanKept: context.isPlanKept))
        case .conversion(let made, let taken, let usual, let most):
            guard let made = told(made), let taken = told(taken) else { return nil }
            return .some(
                Finding(
                    made: made, from: taken, usual: usual, most: most, rated: sheet.specs[made.spec].range.upperBound))
        case .content(let place, let flow, let capacityKWh):
            guard let spec = sheet.specPlaces[place], let flowSpec = sheet.specPlaces[flow], capacityKWh > 0 else {
                return nil
            }
            return Witness.contentOver.lazy.compactMap { over in
                fleet.feeds[question.asset].content(spec, flow: flowSpec, over: over, to: end)
            }.first { abs($0.flowedKWh) >= Witness.flowMin * capacityKWh }.map {
                Finding(spec: spec, moved: $0.moved, flowed: $0.flowedKWh / capacityKWh)
            }
        }
    }

    /// A meter whose register stands while its power repeats one number may be frozen as a whole, near enough to its model to
    /// pass.
    private func doubtFrozen(_ question: Question, _ fleet: Fleet, to end: PlantTime, _ reply: inout ComponentReply) {
        let (path, sheet) = assets[question.asset]
        let from = end - settlementPeriod
        guard case .model(let place) = question.witness, let spec = sheet.specPlaces[place],
            let estimate = sheet.estimatePlaces[place], let register = sheet.register(of: spec),
            fleet.feeds[question.asset].registers[register]?.fault == .stands,
            let told = fleet.feeds[question.asset].timelines[spec].only(from: from, to: end),
            let model = fleet.estimates[question.asset][estimate].mean(from: from, to: end)
        else { return }
        for booked in sheet.posts where booked.spec == spec {
            let kWh = abs(booked.post.kw(told) - booked.post.kw(model)) * settlementPeriod.hours
            reply.counts.doubt(Meter(booked.post.account, path), kWh: kWh)
        }
    }

    /// What a wrong choice between the two would be wrong by.
    private func doubt(_ found: Finding, _ question: Question, hours: Double, _ reply: inout ComponentReply) {
        if case .content = question.witness { return }
        // Two meters that are apart by a unit are explained by it; a model may be wrong by anything.
        if found.unit != nil, case .conversion = question.witness { return }
        let (path, sheet) = assets[question.asset]
        for booked in sheet.posts where booked.spec == found.spec {
            let kWh = abs(booked.post.kw(found.told) - booked.post.kw(found.expected)) * hours
            reply.counts.doubt(Meter(booked.post.account, path), kWh: kWh)
        }
    }
}

extension AssetFeed {
    /// What is switched off, cut off or modelled tells nothing against others.
    var canBeExamined: Bool { isOnline && isConnected && !isModelled }

    @inline(__always)
    func contradiction(of spec: Int, at time: PlantTime) -> Contradiction? {
        if contradictions.isEmpty { return nil }
        func holds(_ standing: Contradiction) -> Bool { standing.spec == spec && standing.holds(at: time) }
        // What is found of one meter says more than what is found of all.
        return contradictions.first { holds($0) && !$0.isTogether } ?? contradictions.first(where: holds)
    }

    /// How far a state moved, and what flowed into it, kWh; nil where either was not measured.
    fileprivate func content(_ spec: Int, flow: Int, over: Span, to end: PlantTime) -> (
        moved: Double, flowedKWh: Double
    )? {
        let from = end - over
        guard let kW = timelines[flow].mean(from: from, to: end),
            let after = timelines[spec].latestPiece(before: end), after.end >= end.ms,
            let before = timelines[spec].latestPiece(before: from + Span(ms: 1)), before.end >= from.ms
        else { return nil }
        return (after.value - before.value, -kW * over.hours)
    }
}

extension Fleet {
    /// Mean of a signal over a time, by its register where that tells; nil where it was not measured.
    func toldKW(_ asset: Int, _ spec: Int, _ register: Int?, _ from: PlantTime, _ to: PlantTime) -> Double? {
        let told = register.map { feeds[asset].timelines[$0] }.flatMap { $0.mean(from: from, to: to) == nil ? nil : $0 }
        let timeline = told ?? feeds[asset].timelines[spec]
        // A mean over a day says nothing of its hours.
        guard let latest = timeline.latestPiece(before: to), latest.end - latest.start <= Witness.readingMax.ms else {
            return nil
        }
        return timeline.mean(from: from, to: to)
    }
}

extension SignalSheet {
    /// Of the whole signal.
    func register(of spec: Int) -> Int? { specs.firstIndex { $0.beside == spec && $0.part == .whole } }
}

extension Timeline {
    /// Nil where less than nine in ten of the time are covered.
    func mean(from: PlantTime, to: PlantTime) -> Double? {
        let (sum, covered) = integral(from: from, to: to)
        return Double(covered) >= 0.9 * Double((to - from).ms) ? sum / Double(covered) : nil
    }

    /// The only value of a time, told several times; nil where there are others, or none.
    fileprivate func only(from: PlantTime, to: PlantTime) -> Double? {
        var only: Double?
        var count = 0
        var isOne = true
        forEachStretch(from: from, to: to) { _, _, value in
            isOne = isOne && only.map { $0 == value } ?? true
            only = value
            count += 1
        }
        return isOne && count >= StuckWatch.repeatsMin ? only : nil
    }
}

extension Finding {
    /// Both sides, for people.
    fileprivate func sentence(_ witness: Witness, _ sheet: SignalSheet) -> String {
        func key(_ place: Int) -> String { sheet.signals[place].key }
        let name = sheet.specs[spec].key
        let unit = unit.map { ", as of \($0.words)" } ?? ""
        switch witness {
        case .model:
            let counts = counts == .reading ? name : "the model"
            return "\(name) tells \(whole(told)) kW where the model says \(whole(expected)) kW\(unit); \(counts) counts"
        case .conversion(let made, let taken, _, _):
            let other = name == key(made) ? key(taken) : key(made)
            return "\(name) tells \(whole(told)) kW where \(other) means \(whole(expected)) kW\(unit); \(other) counts"
        case .content(_, let flow, _):
            return
                "\(name) moved by \(whole(100 * told)) % of the capacity where \(key(flow)) means "
                + "\(whole(100 * expected)) %; what flows counts"
        }
    }
}

func whole(_ value: Double) -> String { JSON.numberText(value.rounded()) }
