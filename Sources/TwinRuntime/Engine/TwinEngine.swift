import TwinBooks
public import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant

/// The step: closes one tick after the other. Live operation, recovery, replay and tests all call `close`.
///
/// Confined to whoever drives it; each component behind an actor is awaited once per tick, in the written order.
public final class TwinEngine {
    /// In force now; dated values are those of the present epoch.
    public private(set) var config: SiteConfig
    public let plan: RunPlan
    public internal(set) var state: TwinState
    /// Calls that crossed to another actor, for the benchmark: one per actor and tick.
    public private(set) var hops = 0

    /// The configuration as its files say it, with all epochs.
    private(set) var family: SiteConfig
    private let seating: Seating
    private(set) var seats: [any ComponentSeat]
    /// Where messages go; a copy of it sorts ahead of the step.
    private(set) var router: Router
    private var replySizes = ComponentReply.Sizes()
    /// Of the last tick: its room is the next one's.
    private var record = DigestRecord()
    /// Where foreign messages become ours; nil for a site without a mapping.
    private var door: SignalDoor?
    private var rules: CommandDesk.Rules
    /// What dispatch sees; made anew when a configuration changes.
    private var view: MarkView?
    /// What the plant that nobody commands is told.
    private var counterfactualView: CounterfactualView?
    private var outlook = Outlook()
    /// The plan that was adopted last, read.
    var dispatchPlan: DispatchPlan?
    /// What dispatch saw at the last mark: plans are made of it, outside of the step.
    private(set) var scene: (plant: PlantView, image: PlantImage)?
    /// Sentences about this tick's messages that are for no component.
    private var remarks: [String] = []
    /// Foreign messages of the step, where somebody follows them.
    private var mapped: [MappedArrival] = []
    private let followsMessages: Bool
    /// Waits before a hop, for tests that try to upset the order. Nil in operation.
    private let beforeHop: (@Sendable () async -> Void)?

    /// - Parameter followsMessages: whether outcomes have `mapped`; no figure needs it.
    public init(
        config: SiteConfig, plan: RunPlan, seating: Seating = .actors, followsMessages: Bool = false,
        beforeHop: (@Sendable () async -> Void)? = nil
    ) {
        self.followsMessages = followsMessages
        family = config
        let epoch = config.epoch(at: plan.start)
        self.config = config.inForce(epoch: epoch)
        self.plan = plan
        self.seating = seating
        self.beforeHop = beforeHop
        seats = seating.seats(self.config)
        router = Router(site: config.site, signals: config.signals, seats: seats, version: 0)
        door = config.signals.map { SignalDoor($0) }
        rules = CommandDesk.Rules(step: plan.step, followToleranceFraction: config.followToleranceFraction)
        state = TwinState(
            books: Books(chart: self.config.method.chart, losses: self.config.losses),
            grid: TickGrid(start: plan.start, step: plan.step), mode: plan.mode, configuration: config.hash,
            epoch: epoch)
        state.signals = config.signals.map { _ in SignalMemory() }
    }

    /// Takes a configuration at the present epoch, with components that know nothing yet.
    func setUp(_ other: SiteConfig) {
        family = other
        config = other.inForce(epoch: state.epoch)
        seats = seating.seats(config)
        router = Router(site: config.site, signals: config.signals, seats: seats, version: router.version + 1)
        door = config.signals.map { SignalDoor($0) }
        rules = CommandDesk.Rules(step: plan.step, followToleranceFraction: config.followToleranceFraction)
        view = nil
        counterfactualView = nil
    }

    /// Closes the next tick over its lines.
    public func close(_ input: TickInput) async -> TickOutcome {
        let tick = state.tick + 1
        if let resume = input.resume { state.grid = TickGrid(tick: tick, start: resume, step: plan.step) }
        var context = TickContext(
            tick: tick, from: state.grid.from(tick), to: state.grid.to(tick), lateness: config.lateness,
            lead: plan.lead,
            setPoints: state.mode == .control ? state.desk.setPoints : [:])
        context.examinesMeters = config.examinesMeters
        context.isPlanKept = isPlanKept(until: context.to)
        let left = input.resume == nil ? nil : state.books.bridgeStop()
        var counts = Counts()
        var refusals: [Refusal] = []
        let (slices, acks) = open(input, &counts, &refusals)

        var reply = ComponentReply(image: PlantImage())
        reply.reserve(replySizes)
        var record = DigestRecord()
        swap(&record, &self.record)
        record.clear()
        record.add(tick)
        for (index, seat) in seats.enumerated() {
            await beforeHop?()
            if seat.isActor { hops += 1 }
            await seat.tick(slices[index], context, &reply)
            record.add(reply.record)
            reply.record.clear()
        }
        replySizes = ComponentReply.Sizes(reply)
        for value in reply.values {
            record.add(value.used.value)
            record.add(value.used.quality.rank)
        }
        counts.add(reply.counts)
        counts.add(PartFate.counts(reply.fates))
        for instruction in input.instructions { instruction.write(into: &record) }
        if plan.clock == .event { state.link?.step(to: context.to, isSilent: input.arrivals.isEmpty) }
        hearOfLink(input.instructions, at: context.to)
        var outcome = finish(tick, context, reply, acks, counts, refusals + reply.refusals, &record)
        self.record = record
        outcome.instructions = input.instructions
        outcome.mapped = mapped
        if let left { outcome.changedRows.insert(left, at: 0) }
        for instruction in input.instructions {
            if let change = await follow(instruction, &outcome.remarks) { outcome.handChanges.append(change) }
        }
        await changeEpoch()
        if let changes = state.requests?.takeChanges() { outcome.requests = changes }
        return outcome
    }

    /// Takes the `link` lines of a tick: its alarms may be theirs.
    private func hearOfLink(_ instructions: [Instruction], at time: PlantTime) {
        for case .link(let word) in instructions {
            var link = state.link ?? LinkWatch()
            link.take(word, at: time)
            state.link = link.isDone ? nil : link
        }
    }

    /// Least and most vehicles that the plan has in the settlement period that ends now; nil within one.
    private func plannedVehicles(until end: PlantTime) -> ClosedRange<Double>? {
        guard end.floored(to: settlementPeriod) == end else { return nil }
        let planned = [end - settlementPeriod, end - Span.minutes(1)].map {
            Production(config.calendar, at: $0).vehiclesPerHour * settlementPeriod.hours
        }
        return (planned.min() ?? 0)...(planned.max() ?? 0)
    }

    /// Whether the settlement period that ends now had vehicles where the plan has them.
    private func isPlanKept(until end: PlantTime) -> Bool {
        guard let planned = plannedVehicles(until: end), let made = state.books.open.map({ Double($0.vehicles) })
        else { return false }
        // A shift may begin or end within the half hour.
        return made >= 0.25 * planned.lowerBound && made <= 4 * planned.upperBound
    }

    /// All that follows the components: balance, books, alarms, dispatch, chain.
    private func finish(
        _ tick: Int, _ context: TickContext, _ reply: ComponentReply, _ acks: [Acknowledgement], _ counts: Counts,
        _ refusals: [Refusal], _ record: inout DigestRecord
    ) -> TickOutcome {
        let posting = state.books.post(
            cells: reply.cells, intensities: reply.intensities, lineOffs: reply.lineOffs, context: context)
        var counts = counts
        var reply = reply
        reply.remarks += posting.remarks
        state.lineWatch.hear(
            reply.lineOffs, isQuiet: reply.counts.accepted == 0 && reply.fates.isEmpty,
            isDeaf: TwinEngine.isDeaf(reply),
            context)
        if let planned = plannedVehicles(until: context.to), let row = state.books.rows.last {
            counts.doubtedVehicles += state.lineWatch.look(planned: planned, made: row.vehicles)
        }
        for doubt in posting.doubts { counts.doubt(doubt.meter, kWh: doubt.kWh) }
        if let common = reply.commonDoubt, state.books.busAlarm == nil {
            let kWh = state.books.importKWh(since: common.from) * common.fraction
            counts.doubt(Meter(.gridImport, AssetPath(.grid, config.grid.meter)), kWh: kWh)
        }
        let outcomes = state.desk.settle(acks, run: plan.run, context: context)
        for outcome in outcomes {
            state.books.count(issuedAt: outcome.command.ts - plan.step) { $0.count(outcome.fate) }
        }
        let site = siteView(reply.image, posting.balance, context)
        var used = reply.values.map(\.used)
        for value in reply.unshown { used.append(value.used) }
        var plant = markView(reply).plant(
            used, site: site, outdoorC: reply.image.airTemperatureC, at: context.from,
            changedAt: state.desk.changedAt)
        plant.tripped = reply.tripped
        let conditions = alarms(reply, posting.balance, plant, context)
        let causes = AlarmCauses(
            reply: reply, refusals: refusals, balance: posting.balance, offers: plant.offers, outcomes: outcomes,
            setPoints: state.desk.setPoints, link: state.link, lines: state.lineWatch,
            troubles: state.troubles ?? SiteTroubles())
        let edges = state.alarms.update(conditions, at: context.to, cause: causes.sentence(_:isRaised:))
        var handEnds = state.hand.expire(by: context.to).map {
            HandChange(ended: $0, config.control(of: $0.path)?.action)
        }
        let meteredKW = site.isGridMeasured ? site.netKW : nil
        let (isActing, currency) = (idleness == nil, currency)
        let over =
            state.requests?.step(
                netKW: meteredKW, from: context.from, to: context.to, isActing: isActing, in: currency) ?? []
        handEnds += over.map { HandChange($0, AssetPath(.grid, config.grid.meter)) }
        compare(plant, reply, context)
        let commands =
            state.mode == .off
            ? []
            : config.control.commands(
                plant, &state.desk, hand: state.hand, plan: config.strategy == .optimiser ? dispatchPlan : nil,
                request: state.requests?.active(at: context.to), context: context, rules: rules)
        scene = (plant, reply.image)
        for command in commands {
            state.books.count(issuedAt: command.ts - plan.step) { $0.issued += 1 }
        }
        state.books.write(posting.changed, into: &record)
        write(commands, outcomes, into: &record)
        state.chain.extend(with: record)
        state.tick = tick
        let heatingK = max(0, config.method.heatingBaseC - reply.image.airTemperatureC.value)
        state.books.note(
            context, heatingK: heatingK, isProductionDay: config.calendar.isProductionDay(at: context.from),
            counts: counts, gaps: reply.gaps, alarmsRaised: edges.filter(\.isRaised).map(\.key), chain: state.chain)
        let rows = state.books.ended(
            posting.changed, reply.gaps, outcomes.map { $0.command.ts - plan.step }, by: context.to)
        state.books.forget(before: context.to)
        return TickOutcome(
            tick: tick, from: context.from, end: context.to, chain: state.chain,
            balance: posting.balance, values: reply.values, commands: commands, outcomes: outcomes, alarmEdges: edges,
            changedRows: rows, chart: state.books.chart, restatements: posting.restatements,
            readings: reply.readings, lineOffs: reply.lineOffs, vehicleEvents: reply.vehicleEvents, refusals: refusals,
            remarks: remarks + reply.remarks, instructions: [], handChanges: handEnds)
    }

    /// Holds what is measured against the same step without commands. Nothing of it enters the digest or a command.
    private func compare(_ plant: PlantView, _ reply: ComponentReply, _ context: TickContext) {
        guard state.mode == .control || state.counterfactual?.isCommanded ?? false else { return }
        var view = counterfactualView ?? CounterfactualView(config, values: reply.values)
        counterfactualView = nil
        defer { counterfactualView = view }
        let setPoints = plant.offers.indices.map { place in
            state.mode == .control ? state.desk.setPoint(plant.offers[place].path, near: place) : nil
        }
        var counterfactual = state.counterfactual ?? Counterfactual()
        // Taken out while it changes: a second owner would make each change a copy.
        state.counterfactual = nil
        let moment = view.moment(
            plant, values: reply.values, readings: reply.readings, setPoints: setPoints,
            outdoorC: reply.image.airTemperatureC.value, from: context.from, to: context.to, last: &counterfactual.last)
        counterfactual.look(moment)
        state.books.note(counterfactual.saving, at: context.from)
        state.counterfactual = counterfactual
    }

    /// Counts the messages and takes those that are for no component.
    private func open(
        _ input: TickInput, _ counts: inout Counts, _ refusals: inout [Refusal]
    ) -> ([Slice], [Acknowledgement]) {
        var acks: [Acknowledgement] = []
        remarks = []
        mapped = []
        counts.messages = input.arrivals.count + input.shed + input.unreadable.values.reduce(0, +)
        counts.shed = input.shed
        for case .shed(let count) in input.instructions {
            counts.messages += count
            counts.shed += count
        }
        for (reason, count) in input.unreadable { counts.rejected[reason, default: 0] += count }
        var sorted = input.sorted.flatMap { $0.version == router.version ? $0 : nil } ?? router.begin()
        router.sort(input.arrivals, onto: &sorted)
        for (place, destination) in sorted.others {
            let arrival = input.arrivals[place]
            if case .foreign(let sources) = destination {
                translate(arrival, place, sources, &sorted, &counts, &refusals)
            } else {
                take(arrival, destination, &acks, &counts, &refusals)
            }
        }
        router.finish(&sorted)
        return (sorted.slices, acks)
    }

    private func take(
        _ arrival: Arrival, _ destination: Router.Destination, _ acks: inout [Acknowledgement], _ counts: inout Counts,
        _ refusals: inout [Refusal]
    ) {
        do throws(LineFailure) {
            switch destination {
            case .acknowledgement(let path): acks.append(try acknowledgement(arrival, of: path))
            case .clock: try checkClock(arrival)
            case .command(let path):
                if state.mode == .control, !arrival.retain, let issuer = RivalWatch.issuer(arrival.payload),
                    issuer != Command.issuer(run: plan.run),
                    let sentence = state.rivalWatch.see(issuer, path, at: arrival.t)
                {
                    remarks.append(sentence)
                }
            case .components, .foreign, .output: break
            case .unknown: throw LineFailure(reason: .unknownTopic, text: "no component asked for this topic")
            }
            counts.accepted += 1
        } catch {
            counts.reject(error.reason)
            refusals.append(Refusal(line: arrival.number, topic: arrival.topic, failure: error))
        }
    }

    /// Hands a foreign message's readings to the components as if our own dialect had brought them.
    private func translate(
        _ arrival: Arrival, _ number: Int, _ sources: [Int], _ sorted: inout SortedTick, _ counts: inout Counts,
        _ refusals: inout [Refusal]
    ) {
        var memory = state.signals ?? SignalMemory()
        // Taken out while it changes: a second owner would make each change a copy.
        state.signals = nil
        defer { state.signals = memory }
        guard let message = door?.translate(arrival, sources: sources, memory: &memory) else { return }
        if followsMessages { mapped.append(MappedArrival(number, message, sources, config.signals)) }
        for failure in message.notes {
            refusals.append(Refusal(line: arrival.number, topic: arrival.topic, failure: failure))
        }
        for lost in message.lost { counts.lose(lost.signal, lost.reason) }
        if let failure = message.failure {
            counts.reject(failure.reason)
            refusals.append(Refusal(line: arrival.number, topic: arrival.topic, failure: failure))
        } else if message.readings.isEmpty {
            // A part of a sum or a mean that more messages will complete.
            counts.accepted += 1
        }
        for (path, failure) in message.unused.sorted(by: { $0.key < $1.key }) {
            let topic = Topic.text(site: config.site, path.area, path.asset, .tele)
            router.addUnused(number, as: topic, failure, to: &sorted)
        }
        for reading in message.readings {
            let topic = Topic.text(site: config.site, reading.area, reading.asset, reading.kind)
            router.add(reading.arrival, as: topic, part: number, to: &sorted)
        }
    }

    /// Rows of the mapping that no message has come for, as sentences.
    var silentRows: [String] { door?.silentRows(state.signals ?? SignalMemory()) ?? [] }

    /// An answer counts from the asset that was asked, and fresh: ids can be counted up by anyone who has seen one.
    private func acknowledgement(_ arrival: Arrival, of path: AssetPath) throws(LineFailure) -> Acknowledgement {
        if arrival.retain {
            throw LineFailure(reason: .retainedCommand, text: "an acknowledgement that a broker kept answers nothing")
        }
        guard config.control(of: path) != nil else {
            throw LineFailure(reason: .commandUnknownAsset, text: "\(path.text) is not commanded, it has no answers")
        }
        let ack = try Acknowledgement(arrival)
        if let asked = state.desk.asset(ofID: ack.id, run: plan.run), asked != path {
            throw LineFailure(
                reason: .commandUnknownAsset, text: "command \(ack.id) is for \(asked.text), not for \(path.text)")
        }
        return ack
    }

    /// A clock line whose stamp is not where plant time is was refused when it arrived.
    private func checkClock(_ arrival: Arrival) throws(LineFailure) {
        let telemetry = try Telemetry(arrival)
        if telemetry.ts > arrival.t + .seconds(5) {
            throw LineFailure(reason: .clockFuture, text: "the clock jumps to \(telemetry.ts.rfc3339)")
        }
        state.sawClock = true
    }

    // MARK: - Control

    private func siteView(_ image: PlantImage, _ balance: TickBalance, _ context: TickContext) -> SiteView {
        outlook.look(at: image.intensityForecast, from: image.forecastFrom, at: context.to)
        return SiteView(
            importKW: balance.importKW, exportKW: balance.exportKW, isGridMeasured: balance.isGridMeasured,
            isGridConnected: image.gridConnected, intensityGPerKWh: image.intensityGPerKWh, outlook: outlook)
    }

    /// Whether nearly all sources that ever spoke are silent now.
    private static func isDeaf(_ reply: ComponentReply) -> Bool {
        let speakers = reply.watched - reply.unheard.count
        let silent = reply.alarms.count { $0.code == .stale }
        return speakers >= 2 && Double(silent) >= 0.9 * Double(speakers)
    }

    /// One silent asset among so many is a fault.
    private static let speakersPerSilent = 10

    private func alarms(
        _ reply: ComponentReply, _ balance: TickBalance, _ plant: PlantView, _ context: TickContext
    ) -> [AlarmKey] {
        var conditions = reply.alarms
        // Where many never spoke, a part of the plant is not connected, and no meter is broken.
        let silent = reply.unheard
        if silent.count * TwinEngine.speakersPerSilent <= reply.watched {
            conditions += silent
        } else if reply.watched > silent.count {
            // ... but the one meter that is missed is: weather, intensity and prices, which a small site may lack, are none.
            let meters = silent.filter {
                $0.area != .weather && $0.asset != config.grid.intensity && $0.asset != config.grid.price?.asset
            }
            if meters.count == 1 { conditions += meters }
        }
        if state.balanceWatch.look(
            unmeteredKW: balance.unmeteredKW, estimatedKW: balance.estimatedKW, suppliedKW: balance.suppliedKW,
            context: context, rule: config.balance)
        {
            conditions.append(AlarmKey(.grid, config.grid.meter, .balance))
        }
        if let alarm = state.books.busAlarm, !conditions.contains(alarm) { conditions.append(alarm) }
        if let alarm = state.lineWatch.alarm, !conditions.contains(alarm) { conditions.append(alarm) }
        for path in state.departureWatch.look(plant, context: context, rules: rules) {
            conditions.append(AlarmKey(path.area, path.asset, .departureAtRisk))
        }
        conditions += state.troubles?.alarms ?? []
        if state.mode == .control {
            for path in state.rivalWatch.standing(at: context.to) {
                conditions.append(AlarmKey(path.area, path.asset, .twoControllers))
            }
            for (place, asset) in plant.offers.enumerated() {
                // What forms the grid of an island follows the island.
                if !plant.site.isGridConnected, case .store = asset.shape { continue }
                let isTripped = plant.tripped.contains(asset.path)
                let isOff = state.desk.watch(
                    asset, near: place, context: context, rules: rules, isTripped: isTripped)
                // One that says itself that it is off the bus has its alarm.
                if isTripped { continue }
                if isOff {
                    conditions.append(AlarmKey(asset.path.area, asset.path.asset, .notFollowed))
                }
                if state.desk.isNotAcked(asset.path, near: place) {
                    conditions.append(AlarmKey(asset.path.area, asset.path.asset, .notAcked))
                }
            }
        }
        conditions = conditions.filter { !config.alarmsOff.contains($0.code) }
        guard var link = state.link else { return conditions }
        conditions = link.sift(conditions, isStanding: { state.alarms.standing[$0] != nil }, at: context.to)
        state.link = link.isDone ? nil : link
        return conditions
    }

    private func markView(_ reply: ComponentReply) -> MarkView {
        if let view, view.count == reply.values.count + reply.unshown.count { return view }
        let new = MarkView(
            config, keys: (reply.values + reply.unshown).map { (AssetPath($0.area, $0.asset), $0.key) },
            step: plan.step)
        view = new
        return new
    }

    private func write(
        _ commands: [Command], _ outcomes: [CommandDesk.Outcome], into record: inout DigestRecord
    ) {
        // By place: a loop over them would copy each.
        for place in commands.indices {
            record.add(commands[place].tick)
            record.add(commands[place].n)
            record.add(commands[place].path)
            record.add(commands[place].point.action.rawValue)
            record.add(commands[place].point.value)
            record.add(commands[place].expires.ms)
        }
        for place in outcomes.indices {
            record.add(outcomes[place].command.tick)
            record.add(outcomes[place].command.n)
            record.add(outcomes[place].fate.rawValue)
        }
        for path in state.alarms.standing.keys.sorted() { record.add(path) }
    }
}

extension CommandCounts {
    mutating func count(_ fate: CommandDesk.Fate) {
        switch fate {
        case .accepted: accepted += 1
        case .rejected: rejected += 1
        case .expired: expired += 1
        }
    }
}
