import TwinCore

/// Holds all meters of one account in an area against the sum of their models, at the end of each settlement period.
///
/// A single model may be wrong by much; many are not all wrong the same way. So a mistake that all meters share, such as the
/// energy of half an hour that is sent as power, is seen here, far below the ratio at which one meter is contradicted.
struct GroupExamination: Sendable {
    private struct Member: Sendable {
        let asset: Int
        let spec: Int
        let estimate: Int
        let register: Int?
    }

    /// What the members of a group told in a period, kW, beside their models.
    private struct Reading {
        let member: Member
        let told: Double
        let model: Double
    }

    /// Fewer meters may be wrong together by chance.
    private static let membersMin = 3
    /// The sums are apart beyond this ratio, either way.
    static let ratioMax = 1.6
    /// ... for so many periods in a row, as for the model of one meter.
    private static let periodsMin = 3
    /// They come apart by this ratio from one period to the next, or were apart when they began to speak.
    private static let jumpMin = 1.4
    /// So many periods are looked back at.
    private static let lookback = 24
    /// Beyond this ratio one period is enough: no plant that makes vehicles takes so little.
    private static let plainRatio = 20.0

    private let groups: [[Member]]
    private let assets: [(path: AssetPath, sheet: SignalSheet)]

    init(_ assets: [PlantAsset], _ sheets: [SignalSheet]) {
        var groups: [Account: [Member]] = [:]
        for (index, asset) in assets.enumerated() {
            let sheet = sheets[index]
            for case .model(let place) in asset.kind.witnesses {
                guard let spec = sheet.specPlaces[place], let estimate = sheet.estimatePlaces[place],
                    let account = sheet.posts.first(where: { $0.spec == spec })?.post.account
                else { continue }
                groups[account, default: []].append(
                    Member(asset: index, spec: spec, estimate: estimate, register: sheet.register(of: spec)))
            }
        }
        self.groups = groups.sorted { $0.key.index < $1.key.index }.map(\.value).filter {
            $0.count >= GroupExamination.membersMin
        }
        self.assets = zip(assets, sheets).map { ($0.path, $1) }
    }

    /// Looks back from the end of a settlement period in which vehicles came off the lines where the plan has them.
    func examine(
        _ fleet: inout Fleet, _ context: TickContext, _ report: inout FeedReport, _ reply: inout ComponentReply
    ) {
        for group in groups { judge(group, &fleet, context, &report, &reply) }
    }

    private func judge(
        _ group: [Member], _ fleet: inout Fleet, _ context: TickContext, _ report: inout FeedReport,
        _ reply: inout ComponentReply
    ) {
        // What came too late for one look is there at the next.
        var end = context.to
        var latest = ratio(group, fleet, to: end)
        if latest == nil {
            end = end - settlementPeriod
            latest = ratio(group, fleet, to: end)
        }
        guard let ratio = latest else { return }
        let isStanding = group.contains { fleet.feeds[$0.asset].isContradictedTogether($0.spec) }
        guard GroupExamination.isApart(ratio) else {
            if isStanding { self.end(group, at: end - settlementPeriod, &fleet, context, &report) }
            return
        }
        let readings = readings(group, fleet, to: end)
        if isStanding {
            return doubt(readings, from: end - settlementPeriod, to: end, &reply)
        }
        guard let from = begin(of: ratio, group, fleet, to: end),
            let most = readings.max(by: { abs($0.told - $0.model) < abs($1.told - $1.model) })
        else { return }
        let isUnit = GroupExamination.period(of: ratio) != nil
        for reading in readings {
            let isMost = reading.member.asset == most.member.asset && reading.member.spec == most.member.spec
            fleet.feeds[reading.member.asset].contradictions.append(
                Contradiction(
                    spec: reading.member.spec, witness: isMost ? Contradiction.together : Contradiction.along,
                    from: from, until: nil, counts: .reading, isUnit: isUnit))
        }
        report.touch(from: from, to: context.to)
        let path = assets[most.member.asset].path
        reply.remarks.append("\(path.text): \(sentence(readings, ratio, most))")
        let alarm = AlarmKey(path.area, path.asset, isUnit ? .unit : .conflict)
        if !reply.alarms.contains(alarm) { reply.alarms.append(alarm) }
        doubt(readings, from: from, to: end, &reply)
    }

    /// From when on the sums are apart the same way; nil while that may be an accident, or what the plant does.
    private func begin(of ratio: Double, _ group: [Member], _ fleet: Fleet, to end: PlantTime) -> PlantTime? {
        func isAlike(_ other: Double) -> Bool { GroupExamination.isApart(other) && (other < 1) == (ratio < 1) }
        var first = ratio
        var from = end - settlementPeriod
        var periods = 1
        // Readings are kept for so long; before them nothing is known.
        while periods < GroupExamination.lookback, let before = self.ratio(group, fleet, to: from) {
            guard isAlike(before) else {
                // A mistake begins at an instant; a plant that works by another plan drifts away from its models.
                // It may begin in the middle of a period.
                let whole = self.ratio(group, fleet, to: from - settlementPeriod) ?? before
                let jump = max(before / first, first / before, whole / first, first / whole)
                guard jump > GroupExamination.jumpMin else { return nil }
                break
            }
            first = before
            from = from - settlementPeriod
            periods += 1
        }
        if max(ratio, 1 / ratio) > GroupExamination.plainRatio { return end - settlementPeriod }
        guard periods >= GroupExamination.periodsMin else { return nil }
        return end - Int64(GroupExamination.periodsMin) * settlementPeriod
    }

    private func end(
        _ group: [Member], at time: PlantTime, _ fleet: inout Fleet, _ context: TickContext, _ report: inout FeedReport
    ) {
        for member in group { fleet.feeds[member.asset].endTogether(member.spec, at: time) }
        report.touch(from: time, to: context.to)
    }

    /// Sum of what is told over the sum of the models; nil where too few members tell of the period by themselves.
    private func ratio(_ group: [Member], _ fleet: Fleet, to end: PlantTime) -> Double? {
        let readings = readings(group, fleet, to: end)
        let model = readings.reduce(0) { $0 + $1.model }
        guard readings.count >= GroupExamination.membersMin, model > 0 else { return nil }
        // A sum of 0 is apart beyond any ratio.
        return max(readings.reduce(0) { $0 + $1.told } / model, 1e-6)
    }

    private func readings(_ group: [Member], _ fleet: Fleet, to end: PlantTime) -> [Reading] {
        let from = end - settlementPeriod
        return group.compactMap { member in
            let feed = fleet.feeds[member.asset]
            guard feed.canBeExamined, !feed.isContradictedAlone(member.spec, at: from),
                let told = fleet.toldKW(member.asset, member.spec, member.register, from, end),
                let model = fleet.estimates[member.asset][member.estimate].mean(from: from, to: end)
            else { return nil }
            return Reading(member: member, told: told, model: model)
        }
    }

    private static func isApart(_ ratio: Double) -> Bool { ratio > ratioMax || ratio < 1 / ratioMax }

    /// Which of them is wrong nobody knows, so each may be by all that it is apart.
    private func doubt(_ readings: [Reading], from: PlantTime, to end: PlantTime, _ reply: inout ComponentReply) {
        let hours = (end - from).hours
        var isElectric = false
        for reading in readings {
            let (path, sheet) = assets[reading.member.asset]
            for booked in sheet.posts where booked.spec == reading.member.spec {
                let kWh =
                    Witness.doubtMargin * abs(booked.post.kw(reading.told) - booked.post.kw(reading.model)) * hours
                reply.counts.doubt(Meter(booked.post.account, path), kWh: kWh)
                isElectric = isElectric || booked.post.account.row.bus == .electricity
            }
        }
        let told = readings.reduce(0) { $0 + $1.told }
        guard isElectric, told > 0 else { return }
        let apart = abs(readings.reduce(-told) { $0 + $1.model })
        reply.commonDoubt = CommonDoubt(from: from, fraction: Witness.doubtMargin * apart / told)
    }

    // MARK: - Words

    /// The time whose energy was sent as power, where the ratio looks like it.
    private static func period(of ratio: Double) -> String? {
        func isNear(_ factor: Double) -> Bool { abs(ratio / factor - 1) < 0.15 }
        if isNear(0.5) { return "half an hour" }
        return isNear(0.25) ? "a quarter of an hour" : nil
    }

    private func sentence(_ readings: [Reading], _ ratio: Double, _ most: Reading) -> String {
        let key = assets[most.member.asset].sheet.specs[most.member.spec].key
        let told = whole(readings.reduce(0) { $0 + $1.told })
        let model = whole(readings.reduce(0) { $0 + $1.model })
        let unit = GroupExamination.period(of: ratio).map { ", as of the energy of \($0) sent as power" } ?? ""
        return
            "\(key) of \(readings.count) meters here tells \(told) kW in all where their models say \(model) kW\(unit);"
            + " the meters count"
    }
}

extension AssetFeed {
    fileprivate func isContradictedTogether(_ spec: Int) -> Bool {
        contradictions.contains { $0.spec == spec && $0.isTogether && $0.until == nil }
    }

    fileprivate func isContradictedAlone(_ spec: Int, at time: PlantTime) -> Bool {
        contradictions.contains { $0.spec == spec && !$0.isTogether && $0.holds(at: time) }
    }

    fileprivate mutating func endTogether(_ spec: Int, at time: PlantTime) {
        for place in contradictions.indices
        where contradictions[place].spec == spec && contradictions[place].isTogether
            && contradictions[place].until == nil
        {
            contradictions[place].until = time
        }
    }
}
