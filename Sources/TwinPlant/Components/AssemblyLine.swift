public import TwinCore
import TwinUnits

/// The assembly lines: which vehicles were lined off.
///
/// A vehicle counts once, by its id. A line's running total checks its events, and counts where they are missing (see
/// `LineTally`); a line that sends no vehicle events counts by its total alone.
public struct AssemblyLine: Component {
    /// What the plan says of the lines.
    public struct Parameters: Sendable, Hashable {
        /// Ids of the planned models; empty where nothing is planned.
        public var models: [String]
        /// What no line exceeds.
        public var vehiclesPerHourMax: Double

        /// Ids of the lines; what another one tells counts nothing.
        public var lines: Set<String>

        public init(
            models: [String] = [], vehiclesPerHourMax: Double = 600, lines: Set<String> = [ProductionCalendar.usualLine]
        ) {
            self.models = models
            self.vehiclesPerHourMax = vehiclesPerHourMax
            self.lines = lines
        }

        /// - Parameter shops: ids of what tells of vehicles beside the lines.
        public init(_ calendar: ProductionCalendar, shops: some Sequence<String> = []) {
            self.init(
                models: calendar.models.models.map(\.id), vehiclesPerHourMax: calendar.vehiclesPerHourMax,
                lines: Set(calendar.lines).union(shops))
        }
    }

    public struct State: Sendable {
        var vehicles = SeenVehicles()
        var lines: [String: LineTally] = [:]
        var lineOffTotal = 0
        /// Names of models that were told, in small letters.
        var models: Set<String> = []
        /// Names that the plan does not have, as they were said.
        var strangers: Set<String> = []
    }

    /// A feed may invent names without end; so many are told apart.
    static let modelsMax = 64
    /// A line's total speaks for at most so many at once.
    static let lotMax: Int64 = 100_000

    public let name = "line"
    public let filters: [TopicFilter]
    public var state = State()
    private let parameters: Parameters

    /// Vehicles are events: a line sends no telemetry.
    public var inputs: [AssetInput] { [] }
    public var meters: [Meter] { [] }
    public var decoder: InboxDecoder? { nil }

    public init(site: String, _ parameters: Parameters = Parameters()) {
        filters = ["vehicle", "count", "status"].compactMap { TopicFilter("v1/\(site)/line/+/\($0)") }
        self.parameters = parameters
    }

    public mutating func tick(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply) {
        let lineOffsBefore = reply.lineOffs.count
        let events = slice.messages.map { routed in (routed, Result { () throws(LineFailure) in try LineEvent(routed) })
        }
        for (routed, result) in events.enumerated().sorted(by: { order($0, $1) }).map(\.element) {
            let before = reply.counts
            switch result {
            case .success(let event): take(event, routed, context, &reply)
            case .failure(let failure): reply.refuse(routed.arrival, failure)
            }
            if let fate = reply.counts.fate(of: routed.part, since: before) { reply.fates.append(fate) }
        }
        state.lineOffTotal += reply.lineOffs.count - lineOffsBefore
        reply.record.add(state.lineOffTotal)
        for line in state.lines.keys.sorted() {
            reply.alarms += state.lines[line]?.alarms(of: line, at: context.to) ?? []
        }
    }

    private func order(
        _ a: (offset: Int, element: (Routed, Result<LineEvent, LineFailure>)),
        _ b: (offset: Int, element: (Routed, Result<LineEvent, LineFailure>))
    ) -> Bool {
        let first = (try? a.element.1.get())?.ts ?? a.element.0.arrival.t  // a refused one sorts by arrival
        let second = (try? b.element.1.get())?.ts ?? b.element.0.arrival.t
        return (first, a.element.0.asset, a.offset) < (second, b.element.0.asset, b.offset)
    }

    private mutating func take(
        _ event: LineEvent, _ routed: Routed, _ context: TickContext, _ reply: inout ComponentReply
    ) {
        if let failure = refusal(of: event, routed, context) { return reply.refuse(routed.arrival, failure) }
        // What was last known before we came is no new vehicle; the line's own message counts it.
        if routed.arrival.retain {
            reply.counts.accepted += 1
            reply.counts.retained["\(Area.line.rawValue)/\(routed.asset)", default: 0] += 1
            return
        }
        let fate: Fate
        switch event.content {
        case .status:
            reply.counts.accepted += 1
            return
        case .vehicle(let id, let model, let kind):
            let isLineOff = kind == .lineOff
            reply.counts.doubtedVehicles += state.lines[routed.asset, default: LineTally()].heard(
                seq: event.seq, isLineOff: isLineOff, at: context.to, vehiclesPerHourMax: parameters.vehiclesPerHourMax)
            fate = isLineOff ? lineOff(id, model, event, routed, context, &reply) : .taken
            let isRepeated = if case .duplicate = fate { true } else { false }
            if !isLineOff || isRepeated {
                reply.vehicleEvents.append(
                    VehicleEvent(
                        kind: kind, line: routed.asset, vehicle: id, ts: event.ts, model: planned(model),
                        isModelled: event.isModelled))
            }
        case .total(let total):
            fate = takeTotal(total, event, routed, context, &reply)
        }
        switch fate {
        case .taken: break
        case .duplicate:
            reply.counts.duplicates += 1
            return
        case .refused(let failure): return reply.refuse(routed.arrival, failure)
        }
        reply.counts.accepted += 1
        reply.counts.readings += 1
        if routed.arrival.t > event.ts + context.lateness { reply.counts.late += 1 }
    }

    private enum Fate {
        case taken, duplicate
        case refused(LineFailure)
    }

    private func refusal(of event: LineEvent, _ routed: Routed, _ context: TickContext) -> LineFailure? {
        guard parameters.lines.contains(routed.asset) else {
            return LineFailure(
                reason: .unknownTopic,
                text:
                    "no line \(JSON.string(String(routed.asset.prefix(64))).line) in the configuration; lines of shifts.yaml"
                    + " names them")
        }
        if event.ts > routed.arrival.t + context.lead {
            return LineFailure(reason: .clockFuture, text: "ts is ahead of plant time")
        }
        if event.ts < context.from - periodFinalAfter {
            return LineFailure(reason: .clockPast, text: "ts lies in a period that is final")
        }
        return nil
    }

    private mutating func lineOff(
        _ id: String, _ model: String?, _ event: LineEvent, _ routed: Routed, _ context: TickContext,
        _ reply: inout ComponentReply
    ) -> Fate {
        let line = routed.asset
        let isNew = !state.vehicles.contains(id)
        let rate = parameters.vehiclesPerHourMax
        if isNew, state.lines[line]?.canMake(at: context.to, vehiclesPerHourMax: rate) == false {
            let most = Int64(saturatingRound: rate * RunningTotal.lot.hours)
            return .refused(
                LineFailure(
                    reason: .outOfRange,
                    text: "more than \(most) vehicles in a quarter of an hour; no line makes them"
                        + " (vehicles_per_hour_max \(Int64(saturatingRound: rate)))"))
        }
        let isToldByTotal = state.lines[line]?.pass(id, ts: event.ts, isNew: isNew, at: context.to) ?? false
        guard isNew else { return .duplicate }
        _ = state.vehicles.insert(id, at: context.to)
        var name: String?
        if let model { name = known(model, of: line, &reply) }
        guard !isToldByTotal else { return .taken }
        reply.lineOffs.append(
            LineOff(line: line, vehicle: id, ts: event.ts, model: name, isModelled: event.isModelled))
        return .taken
    }

    private mutating func takeTotal(
        _ total: Int64, _ event: LineEvent, _ routed: Routed, _ context: TickContext, _ reply: inout ComponentReply
    ) -> Fate {
        let line = routed.asset
        let found = state.lines[line, default: LineTally()].take(
            RunningTotal.Reading(total: total, ts: event.ts), at: context.to,
            vehiclesPerHourMax: parameters.vehiclesPerHourMax)
        switch found {
        case .failure(let failure): return .refused(failure)
        case .success(let unnamed):
            let hasEvents = state.lines[line]?.sendsEvents == true
            for back in (0..<min(unnamed, AssemblyLine.lotMax)).reversed() {
                let number = hasEvents ? "\(event.ts.rfc3339)-\(back + 1)" : "\(total - back)"
                reply.lineOffs.append(
                    LineOff(line: line, vehicle: "\(line)#\(number)", ts: event.ts, isModelled: event.isModelled))
            }
            return .taken
        }
    }

    /// The planned model of that name; nil for another.
    private func planned(_ told: String?) -> String? {
        told.map { $0.lowercased() }.flatMap { parameters.models.contains($0) ? $0 : nil }
    }

    /// The planned model that a line means; else the name that it uses, where that can stand in a report.
    private mutating func known(_ told: String, of line: String, _ reply: inout ComponentReply) -> String? {
        let model = told.lowercased()
        guard !parameters.models.contains(model) else { return model }
        let isName = Topic.isAssetID(model) && model != ModelMix.unknown
        if isName, state.models.count < AssemblyLine.modelsMax { state.models.insert(model) }
        let name = isName && state.models.contains(model) ? model : nil
        if !parameters.models.isEmpty, state.strangers.count < AssemblyLine.modelsMax,
            state.strangers.insert(String(model.prefix(64))).inserted
        {
            reply.remarks.append(
                "line/\(line): model \(JSON.string(String(told.prefix(64))).line) is none of the plan's"
                    + " \(parameters.models.joined(separator: ", ")); its vehicles count as \(name ?? ModelMix.unknown)"
                    + " (models: of shifts.yaml)")
        }
        return name
    }
}
