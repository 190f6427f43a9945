public import TwinCore

/// A word about the exchange with the grid, as it stands in an `op` line.
public enum GridRequestWord: Sendable, Hashable {
    case request(GridRequest)
    /// The request of this id is over.
    case withdraw(String)

    /// - Parameter now: a request must end after it.
    /// - Returns: nil for a word about something else.
    public init?(_ json: JSON, at now: PlantTime) throws(HandWord.Refusal) {
        if let word = json["withdraw"] {
            self = .withdraw(try GridRequestWord.id(word))
            return
        }
        guard let what = json["request"] else { return nil }
        guard what.text == "import" else {
            throw HandWord.Refusal(text: "request: \(what.short) is none of import; a ceiling below 0 asks for export")
        }
        let id = try GridRequestWord.id(json["id"])
        if let odd = (json.members ?? []).first(where: { !GridRequestWord.keys.contains($0.key) }) {
            throw HandWord.Refusal(
                text:
                    "request \(id): \(JSON.string(odd.key).short) is none of its keys: \(GridRequestWord.keys.joined(separator: ", "))"
            )
        }
        func time(_ key: String) throws(HandWord.Refusal) -> PlantTime? {
            guard let value = json[key] else { return nil }
            guard let time = value.text.flatMap({ PlantTime(rfc3339: $0) }) else {
                throw HandWord.Refusal(text: "request \(id): \"\(key)\" is \(value.short), expected a time")
            }
            return time
        }
        let from = try time("from") ?? now
        guard let until = try time("until"), until > now, until > from, until <= now + HandWord.longest else {
            throw HandWord.Refusal(text: "request \(id) needs an end within 7 days, such as --for 2h")
        }
        let value = json["value"]
        guard json["unit"]?.text == "kW", let ceiling = value?.double else {
            throw HandWord.Refusal(text: "request \(id) needs the most import, a number with the unit kW")
        }
        guard (-1e7...1e7).contains(ceiling) else {
            throw HandWord.Refusal(
                text: "request \(id): value is \(value?.short ?? ""), expected -10000000...10000000 kW")
        }
        let pay = json["pay_per_mwh"]
        guard pay == nil || pay?.double.map({ (0...100_000).contains($0) }) == true else {
            throw HandWord.Refusal(text: "request \(id): pay_per_mwh is \(pay?.short ?? ""), expected 0...100000")
        }
        self = .request(GridRequest(id: id, from: from, until: until, ceilingKW: ceiling, payPerMWh: pay?.double))
    }

    private static let keys = ["request", "id", "from", "until", "value", "unit", "pay_per_mwh"]

    private static func id(_ json: JSON?) throws(HandWord.Refusal) -> String {
        guard let id = json?.text, Topic.isAssetID(id[...]) else {
            throw HandWord.Refusal(
                text: "request: its id is \(json?.short ?? "missing"), expected small letters, digits and -")
        }
        return id
    }
}

extension JSON {
    /// As JSON, so that a terminal obeys none of it.
    fileprivate var short: String { String(line.prefix(80)) }
}

/// The requests that are in force or to come, and what became of those that are over.
public struct GridRequests: Sendable, Hashable, Codable {
    /// By id.
    private var open: [GridRequestRecord] = []
    /// In the order in which they ended.
    private var done: [GridRequestRecord] = []
    /// How many were heard.
    private var count = 0
    /// Since they were taken.
    private var changes = GridRequestChanges()

    /// More at once, or more that are remembered, are a fault of who asks.
    public static let countMax = 16
    private static let doneMax = 1000

    public init() {}

    /// Those that are in force or to come.
    public var asked: [GridRequest] { open.map(\.request) }

    /// All that was asked for, in the order in which it was heard.
    public var records: [GridRequestRecord] { (done + open).sorted { $0.number < $1.number } }

    /// What changed since it was asked for last.
    public mutating func takeChanges() -> GridRequestChanges {
        defer { changes = GridRequestChanges() }
        return changes
    }

    /// The lowest ceiling that holds at a time.
    public func active(at time: PlantTime) -> GridRequest? {
        open.map(\.request).filter { $0.isActive(at: time) }.min { ($0.ceilingKW, $0.id) < ($1.ceilingKW, $1.id) }
    }

    /// - Parameters:
    ///   - plan: in force when the word is heard.
    ///   - beforeKW: what was imported less what was exported in the half hour before it, kW; nil where nobody knows.
    ///   - now: when it is heard.
    ///   - currency: of the tariffs.
    ///   - idle: why the twin cannot act on it; nil where it can.
    /// - Returns: what it changes, for people; nil where it changes nothing.
    public mutating func take(
        _ word: GridRequestWord, plan: DispatchPlan?, beforeKW: Double?, at now: PlantTime, in currency: String = "",
        idle: String? = nil
    ) -> GridRequestChange? {
        switch word {
        case .withdraw(let id):
            guard let place = open.firstIndex(where: { $0.request.id == id }) else { return nil }
            var record = open.remove(at: place)
            record.request.until = max(min(record.request.until, now), record.request.from)
            finish(record)
            return GridRequestChange(kind: .released, id: id, text: "withdrawn; \(record.sentence(in: currency))")
        case .request(let request):
            var kept = open.filter { $0.request.id != request.id }
            guard kept.count < GridRequests.countMax else { return nil }
            // What the plan says of it counts only while the plan knows nothing of it.
            let old = open.first { $0.request.id == request.id }
            if let old { changes.drop(old.number) }
            count += 1
            let expected = old?.baselineKW ?? plan?.meanNetKW(from: request.from, until: request.until)
            let record = GridRequestRecord(
                request, number: count, heard: now, baselineKW: expected ?? beforeKW,
                isPlanned: old?.isPlanned ?? (expected != nil))
            changes.note(record)
            kept.append(record)
            open = kept.sorted { $0.request.id < $1.request.id }
            return GridRequestChange(
                kind: .set, id: request.id,
                text: "\(request.wish) from \(request.from.rfc3339) until \(request.until.rfc3339)"
                    + (idle.map { "; nothing will act on it: \($0)" } ?? ""))
        }
    }

    /// Takes what the meter said of a step; nil where it is not measured.
    /// - Parameters:
    ///   - isActing: the twin commands a plant that obeys.
    ///   - currency: of the tariffs.
    /// - Returns: requests that are over with it.
    public mutating func step(
        netKW: Double?, from: PlantTime, to: PlantTime, isActing: Bool = true, in currency: String = ""
    ) -> [GridRequestChange] {
        if let netKW, netKW.isFinite {
            for place in open.indices where open[place].request.isActive(at: from) {
                open[place].add(netKW: netKW, seconds: (to - from).seconds, isActing: isActing)
                changes.note(open[place])
            }
        }
        let over = open.filter { $0.request.until <= to }
        guard !over.isEmpty else { return [] }
        open.removeAll { $0.request.until <= to }
        return over.map { record in
            finish(record)
            return GridRequestChange(
                kind: .ended, id: record.request.id, text: "is over; \(record.sentence(in: currency))")
        }
    }

    private mutating func finish(_ record: GridRequestRecord) {
        changes.note(record)
        done.append(record)
        if done.count > GridRequests.doneMax { done.removeFirst() }
    }
}

/// Records by their number: as they are now, and those that another request took the place of.
public struct GridRequestChanges: Sendable, Hashable, Codable {
    public private(set) var records: [Int: GridRequestRecord] = [:]
    public private(set) var dropped: Set<Int> = []

    public init() {}

    public var isEmpty: Bool { records.isEmpty && dropped.isEmpty }

    public mutating func add(_ later: GridRequestChanges) {
        for record in later.records.values { note(record) }
        for number in later.dropped { drop(number) }
    }

    mutating func note(_ record: GridRequestRecord) { records[record.number] = record }

    mutating func drop(_ number: Int) {
        records[number] = nil
        dropped.insert(number)
    }
}

/// A request that came, was withdrawn or is over: for people.
public struct GridRequestChange: Sendable, Hashable {
    public var kind: HandChange.Kind
    public var id: String
    public var text: String
}

extension DispatchPlan {
    /// What it expects at the grid's meter, mean over a time, kW; nil where it does not reach to its end.
    func meanNetKW(from: PlantTime, until: PlantTime) -> Double? {
        guard let first = starts.first, from >= first, until <= end, from < until else { return nil }
        var sum = 0.0
        for (place, start) in starts.enumerated() where netKW.indices.contains(place) {
            let next = place + 1 < starts.count ? starts[place + 1] : end
            let (a, b) = (max(start, from), min(next, until))
            if a < b { sum += netKW[place] * (b - a).hours }
        }
        return sum / (until - from).hours
    }
}
