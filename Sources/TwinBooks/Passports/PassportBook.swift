public import TwinCore
import TwinUnits

/// Brings the carbon of a year's half hours to its vehicles.
///
/// A forward pass behind the ledger, half hour by half hour:
///
/// - **Direct.** What a shop takes is shared among the vehicles in it by their time there. Where fewer are in it than at the
///   normal rate, the missing ones' share is idle capacity and no vehicle's: it goes to the shop's overhead (the rule of
///   normal capacity, IAS 2.13), so that one car on an idle day does not carry the plant.
/// - **Overhead.** All that is not direct: shops without vehicles, buildings, losses, export, scrap. A vehicle takes its
///   year's published rate for each standard hour.
/// - **True-up.** At the end of the calendar year what the rates absorbed too little of, or too much, goes to the year's
///   good vehicles by their standard hours; so does what was spent on vehicles on their way at that moment.
///
/// Nothing is lost: see ``balance``.
public struct PassportBook: Sendable {
    private struct Entry: Sendable {
        var id: String
        var model: String?
        var line: String?
        var entered: PlantTime
        var finished: PlantTime?
        var isModelled: Bool
        var isScrapped = false
        /// After it was finished.
        var changes = 0
        /// It was finished before the first row: what is spent on it now is nobody's.
        var isOfBefore = false
        /// By shop.
        var direct: [Carbon]
    }

    /// A vehicle in a shop.
    private struct Stay: Sendable {
        var entry: Int
        var since: PlantTime
    }

    /// What was spent on one vehicle in one shop and half hour.
    public struct Share: Sendable, Hashable {
        public var shop: String
        public var period: PlantTime
        /// Of what the shop took in all.
        public var carbon: Carbon
        public var whole: Carbon
        /// Its time in the shop, and that of all in it, or of as many as are in it at the normal rate; ms.
        public var ms: Int64
        public var wholeMs: Int64
        public var factorSet: String
    }

    /// Whose shares are noted; nil notes none.
    public var traced: String?
    public private(set) var trace: [Share] = []

    /// Nobody says that it left: after so long it is not there any more.
    private static let stayMax = Span.days(7)

    private let terms: PassportTerms
    /// By shop, per hour at the normal rate.
    private let normalHours: [Double]
    private var entries: [Entry] = []
    private var places: [String: Int] = [:]
    /// By shop, in the order of entering.
    private var inside: [[Stay]]
    /// What no vehicle has: by shop, and of the whole site behind them.
    private var overhead: [Carbon]
    private var ledger = Carbon.zero
    private let storedBefore: Carbon
    private var stored: Carbon
    /// Of the ledger's routes: the shop in which it ends, or the place behind the shops; nil for one that ends nowhere.
    private let ends: [Int?]
    private let begins: [Int?]

    /// - Parameters:
    ///   - ledger: of the year's chart, as it stands before the first row.
    ///   - outside: what is no production.
    public init(_ terms: PassportTerms, _ ledger: Ledger, outside: Set<AssetPath> = []) {
        self.terms = terms
        normalHours = terms.shops.map(terms.normalHours)
        storedBefore = ledger.stored
        stored = ledger.stored
        inside = terms.shops.map { _ in [] }
        overhead = [Carbon](repeating: .zero, count: terms.shops.count + 1)
        func place(_ account: LedgerAccount) -> Int? {
            if case .emitted = account { return terms.shops.count }
            guard case .use(_, let path) = account else { return nil }
            if let path, outside.contains(path) { return nil }
            return path.flatMap { path in terms.shops.firstIndex { $0.assets.contains(path) } } ?? terms.shops.count
        }
        ends = ledger.routes.map { place($0.to) }
        begins = ledger.routes.map { place($0.from) }
    }

    /// Takes what was told before the first row: which vehicles are on their way, and which are done with.
    public mutating func open(lineOffs: [LineOff], events: [VehicleEvent], before row: PeriodRow) {
        var none = terms.shops.map { _ in [(entry: Int, ms: Int64)]() }
        take(lineOffs, events, row, &none)
        for place in entries.indices where entries[place].finished != nil { entries[place].isOfBefore = true }
    }

    /// Books a half hour.
    /// - Parameters:
    ///   - ledger: behind the same row.
    ///   - lineOffs: of the half hour.
    ///   - events: what else was told in it, by time.
    public mutating func add(_ row: PeriodRow, _ ledger: Ledger, lineOffs: [LineOff], events: [VehicleEvent]) {
        var pools = [Carbon](repeating: .zero, count: overhead.count)
        for (place, flow) in ledger.flows.enumerated() where flow.carbon != .zero {
            if let end = ends[place] { pools[end] += flow.carbon }
            if let begin = begins[place] { pools[begin] -= flow.carbon }
        }
        self.ledger += ledger.entered - ledger.outside
        stored = ledger.stored
        var shares = terms.shops.map { _ in [(entry: Int, ms: Int64)]() }
        take(lineOffs, events, row, &shares)
        for shop in terms.shops.indices {
            stay(in: shop, row, &shares[shop])
            spend(pools[shop], in: shop, shares[shop], row, factorSet: ledger.factorSet(at: row.start))
        }
        overhead[terms.shops.count] += pools[terms.shops.count]
    }

    // MARK: - Vehicles

    private mutating func place(_ id: String, _ model: String?, _ ts: PlantTime, isModelled: Bool) -> Int {
        if let place = places[id] {
            if entries[place].model == nil { entries[place].model = model }
            return place
        }
        places[id] = entries.count
        entries.append(
            Entry(
                id: id, model: model, entered: ts, isModelled: isModelled,
                direct: [Carbon](repeating: .zero, count: terms.shops.count)))
        return entries.count - 1
    }

    /// Takes what was told, in the order of time.
    private mutating func take(
        _ lineOffs: [LineOff], _ events: [VehicleEvent], _ row: PeriodRow,
        _ shares: inout [[(entry: Int, ms: Int64)]]
    ) {
        let offs = lineOffs.map {
            VehicleEvent(
                kind: .lineOff, line: $0.line, vehicle: $0.vehicle, ts: $0.ts, model: $0.model,
                isModelled: $0.isModelled)
        }
        let all = (offs + events).enumerated().sorted { ($0.element.ts, $0.offset) < ($1.element.ts, $1.offset) }
        for event in all.map(\.element) {
            let entry = place(event.vehicle, event.model, event.ts, isModelled: event.isModelled)
            let shop = terms.shops.firstIndex { $0.line == event.line }
            switch event.kind {
            case .enter: if let shop { enter(entry, shop, event.ts) }
            case .leave: if let shop { leave(entry, shop, event.ts, row, &shares[shop]) }
            case .rework:
                if entries[entry].finished != nil { entries[entry].changes += 1 }
                guard let shop else { continue }
                if terms.shops[shop].passage == .events {
                    enter(entry, shop, event.ts)
                } else {
                    shares[shop].append((entry, passing(entry, shop)))
                }
            case .scrap:
                leaveAll(entry, event.ts, row, &shares)
                scrap(entry, event.ts)
            case .lineOff:
                leaveAll(entry, event.ts, row, &shares)
                finish(entry, event, &shares)
            }
        }
    }

    private mutating func enter(_ entry: Int, _ shop: Int, _ ts: PlantTime) {
        guard terms.shops[shop].passage == .events, !inside[shop].contains(where: { $0.entry == entry }) else { return }
        inside[shop].append(Stay(entry: entry, since: ts))
    }

    private mutating func leave(
        _ entry: Int, _ shop: Int, _ ts: PlantTime, _ row: PeriodRow, _ shares: inout [(entry: Int, ms: Int64)]
    ) {
        guard let place = inside[shop].firstIndex(where: { $0.entry == entry }) else { return }
        let stay = inside[shop].remove(at: place)
        let ms = (min(ts, row.end) - max(stay.since, row.start)).ms
        if ms > 0 { shares.append((entry, ms)) }
    }

    private mutating func leaveAll(
        _ entry: Int, _ ts: PlantTime, _ row: PeriodRow, _ shares: inout [[(entry: Int, ms: Int64)]]
    ) {
        for shop in terms.shops.indices where terms.shops[shop].passage == .events {
            leave(entry, shop, ts, row, &shares[shop])
        }
    }

    private mutating func finish(_ entry: Int, _ event: VehicleEvent, _ shares: inout [[(entry: Int, ms: Int64)]]) {
        // Told again it is a repeated message, or back from rework, which was counted when it began.
        guard entries[entry].finished == nil else { return }
        entries[entry].finished = event.ts
        entries[entry].line = event.line
        for shop in terms.shops.indices where terms.shops[shop].passage == .lineOff {
            shares[shop].append((entry, passing(entry, shop)))
        }
    }

    /// What was spent on it goes to the others, as overhead of the shops where it was spent.
    private mutating func scrap(_ entry: Int, _ ts: PlantTime) {
        if entries[entry].isScrapped { return }
        if entries[entry].finished != nil { entries[entry].changes += 1 }
        entries[entry].isScrapped = true
        entries[entry].finished = entries[entry].finished ?? ts
        for shop in terms.shops.indices {
            overhead[shop] += entries[entry].direct[shop]
            entries[entry].direct[shop] = .zero
        }
    }

    /// Planned time in a shop, ms.
    private func passing(_ entry: Int, _ shop: Int) -> Int64 {
        Int64(saturatingRound: terms.shops[shop].hours(entries[entry].model) * 3_600_000)
    }

    // MARK: - Shares

    /// The time of the half hour that those have who do not leave in it.
    private mutating func stay(in shop: Int, _ row: PeriodRow, _ shares: inout [(entry: Int, ms: Int64)]) {
        inside[shop].removeAll { row.end - $0.since > PassportBook.stayMax }
        for stay in inside[shop] {
            let ms = (row.end - max(stay.since, row.start)).ms
            if ms > 0 { shares.append((stay.entry, ms)) }
        }
    }

    private mutating func spend(
        _ carbon: Carbon, in shop: Int, _ shares: [(entry: Int, ms: Int64)], _ row: PeriodRow, factorSet: String
    ) {
        let present = shares.reduce(Int128(0)) { $0 + Int128($1.ms) }
        // At the normal rate as many are lined off in the half hour, and as many stand in the shop, as Little's law says.
        let normal = Int128(Int64(saturatingRound: normalHours[shop] * Double(settlementPeriod.ms)))
        var share = CarbonShare(carbon, over: max(present, normal))
        for (entry, ms) in shares {
            let part = share.next(Energy(wattSeconds: ms))
            if entries[entry].id == traced {
                trace.append(
                    Share(
                        shop: terms.shops[shop].name, period: row.start, carbon: part, whole: carbon, ms: ms,
                        wholeMs: Int64(clamping: max(present, normal)), factorSet: factorSet))
            }
            // What is spent on a scrapped vehicle is spent for the others.
            if entries[entry].isScrapped || entries[entry].isOfBefore {
                overhead[shop] += part
            } else {
                entries[entry].direct[shop] += part
            }
        }
        overhead[shop] += share.rest
    }
}

// MARK: - Passports

extension PassportBook {
    /// What the vehicles came to, and where the rest is.
    public struct Closing: Sendable {
        public var passports: [Passport]
        public var balance: PassportBalance
        /// Overhead per standard hour as it came out, by shop: next year's rate.
        public var ratePerHour: [String: Carbon]
        /// Standard hours of the good vehicles.
        public var standardHours: Double
    }

    /// - Parameters:
    ///   - year: whose rate holds.
    ///   - end: up to which rows are final; younger passports are provisional.
    ///   - isYearOver: whether what is left over goes to the vehicles.
    public func closing(year: Int, final end: PlantTime, isYearOver: Bool) -> Closing {
        let good = entries.indices.filter { place in
            entries[place].finished != nil && !entries[place].isScrapped && !entries[place].isOfBefore
        }
        // Of a year's vehicles there are few models.
        var hoursByModel: [String?: [Double]] = [:]
        let hours = good.map { entry -> [Double] in
            let model = entries[entry].model
            if let known = hoursByModel[model] { return known }
            let own = terms.shops.map { $0.hours(model) }
            hoursByModel[model] = own
            return own
        }
        let rate = terms.rate(year)
        let parts = overheads(hours, rate)
        var passports: [Passport] = []
        passports.reserveCapacity(good.count)
        var rest = parts.unabsorbed
        var unfinished = Carbon.zero
        for entry in entries where entry.finished == nil { unfinished += entry.direct.reduce(.zero, +) }
        var trueUp: CarbonShare?
        let ms = hours.map { $0.reduce(0) { $0 + Int64(saturatingRound: $1 * 3_600_000) } }
        let whole = ms.reduce(Int128(0)) { $0 + Int128($1) }
        if isYearOver, rate != nil, whole > 0 {
            trueUp = CarbonShare(rest + unfinished, over: whole)
            (rest, unfinished) = (.zero, .zero)
        }
        for (place, entry) in good.enumerated() {
            let more = trueUp?.next(Energy(wattSeconds: ms[place])) ?? .zero
            passports.append(
                passport(
                    entries[entry], overhead: parts.of[place], trueUp: more, hours: hours[place].reduce(0, +),
                    final: rate == nil ? .earliest : end, isYearOver: isYearOver && rate != nil))
        }
        let all = passports.reduce(Carbon.zero) { $0 + $1.total }
        for entry in entries where entry.isScrapped && !entry.isOfBefore {
            passports.append(
                passport(entry, overhead: .zero, trueUp: .zero, hours: 0, final: end, isYearOver: false))
        }
        passports.sort { ($0.finished, $0.vehicle) < ($1.finished, $1.vehicle) }
        var balance = PassportBalance()
        balance.ledger = ledger
        balance.stored = stored - storedBefore
        balance.passports = all
        balance.workInProgress = unfinished
        balance.unabsorbed = rest
        return Closing(
            passports: passports, balance: balance, ratePerHour: ratePerHour(hours),
            standardHours: Double(whole) / 3_600_000)
    }

    /// What each good vehicle takes of the overhead, and what is left: by the published rate, or without one all of it by
    /// standard hours.
    private func overheads(_ hours: [[Double]], _ rate: PassportTerms.Rate?) -> (of: [Carbon], unabsorbed: Carbon) {
        var of = [Carbon](repeating: .zero, count: hours.count)
        let all = overhead.reduce(.zero, +)
        guard let rate else {
            for shop in overhead.indices {
                // The site's is shared by the hours in all shops.
                let ms = hours.map { own in
                    shop < own.count ? PassportBook.ms(own[shop]) : own.reduce(0) { $0 + PassportBook.ms($1) }
                }
                var share = CarbonShare(overhead[shop], over: ms.reduce(0) { $0 + Int128($1) })
                for place in of.indices { of[place] += share.next(Energy(wattSeconds: ms[place])) }
            }
            return (of, all - of.reduce(.zero, +))
        }
        let perHour = terms.shops.map { rate.perHour[$0.name] ?? .zero }
        for place in of.indices {
            for (shop, hours) in hours[place].enumerated() where perHour[shop] != .zero {
                of[place] += perHour[shop].portion(Int128(PassportBook.ms(hours)), of: 3_600_000)
            }
        }
        return (of, all - of.reduce(.zero, +))
    }

    private static func ms(_ hours: Double) -> Int64 { Int64(saturatingRound: hours * 3_600_000) }

    /// Each shop's own overhead, with its part of the site's by standard hours, per standard hour.
    private func ratePerHour(_ hours: [[Double]]) -> [String: Carbon] {
        let byShop = terms.shops.indices.map { shop in
            hours.reduce(Int128(0)) { $0 + Int128(PassportBook.ms($1[shop])) }
        }
        let all = byShop.reduce(0, +)
        var rates: [String: Carbon] = [:]
        for (shop, ms) in byShop.enumerated() where ms > 0 {
            let own = overhead[shop].portion(3_600_000, of: ms)
            rates[terms.shops[shop].name] = own + overhead[terms.shops.count].portion(3_600_000, of: all)
        }
        return rates
    }

    private func passport(
        _ entry: Entry, overhead: Carbon, trueUp: Carbon, hours: Double, final end: PlantTime, isYearOver: Bool
    ) -> Passport {
        let finished = entry.finished ?? entry.entered
        // Of one that nobody saw enter, as planned.
        let planned = finished - Span(ms: PassportBook.ms(hours))
        let isEntrySeen = entry.entered < finished
        let changes = entry.changes + (isYearOver ? 1 : 0)
        let status: Passport.Status =
            entry.isScrapped ? .scrapped : finished >= end ? .provisional : changes > 0 ? .restated : .issued
        return Passport(
            vehicle: entry.id, model: entry.model, line: entry.line, entered: isEntrySeen ? entry.entered : planned,
            isEntrySeen: isEntrySeen, finished: finished,
            isModelled: entry.isModelled, status: status, revision: status == .provisional ? 0 : 1 + changes,
            direct: zip(terms.shops, entry.direct).map { Passport.Direct(shop: $0.name, carbon: $1) },
            overhead: overhead, trueUp: trueUp, standardHours: hours)
    }
}
