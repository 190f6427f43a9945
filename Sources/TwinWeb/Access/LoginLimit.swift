/// How often a password may be wrong, by the name and by the address: then one waits.
struct LoginLimit: Sendable {
    static let failuresMax = 5
    static let windowS = 60.0
    /// Names and addresses that are remembered; with more the oldest are forgotten.
    static let keysMax = 10_000

    /// Times of tries that were wrong or are being looked at, by name or address.
    private var tries: [String: [Double]] = [:]

    /// Names and addresses that are remembered now.
    var count: Int { tries.count }

    /// Notes a try as wrong before it is looked at: a hundred at once are a hundred.
    /// - Returns: how long to wait, s; nil where it may be looked at.
    mutating func begin(_ keys: [String], at now: Double) -> Double? {
        let open = keys.map { key in (tries[key] ?? []).filter { now - $0 < LoginLimit.windowS } }
        let full = open.filter { $0.count >= LoginLimit.failuresMax }.compactMap(\.first)
        if let last = full.max() { return LoginLimit.windowS - (now - last) }
        if tries.count + keys.count > LoginLimit.keysMax { forget(at: now) }
        for (key, times) in zip(keys, open) { tries[key] = times + [now] }
        return nil
    }

    /// The try was right.
    mutating func forgive(_ keys: [String], begunAt time: Double) {
        for key in keys {
            if let place = tries[key]?.firstIndex(of: time) { tries[key]?.remove(at: place) }
            if tries[key]?.isEmpty == true { tries[key] = nil }
        }
    }

    private mutating func forget(at now: Double) {
        tries = tries.filter { now - ($0.value.last ?? -.infinity) < LoginLimit.windowS }
        guard tries.count > LoginLimit.keysMax / 2 else { return }
        let times = tries.values.compactMap(\.last).sorted()
        let middle = times[times.count / 2]
        tries = tries.filter { ($0.value.last ?? 0) > middle }
    }
}
