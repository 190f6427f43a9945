import TwinCore

/// What is wrong with the twin itself, not with its plant: its clock, its store, its rights, another controller. It cannot
/// follow from the plant's messages, so a line says it, and a replay raises the same alarms.
struct SiteTroubles: Sendable, Codable {
    /// Why each alarm stands, by its path `twin/<what>/<code>`.
    private var causes: [String: String] = [:]

    /// More are never told apart.
    static let countMax = 100

    var isEmpty: Bool { causes.isEmpty }

    /// The line that begins a trouble, or with nil ends it.
    static func word(_ key: AlarmKey, _ cause: String?) -> JSON {
        .fields(["alarm": .string(key.path), "cause": cause.map(JSON.string) ?? .null])
    }

    /// Takes a line; false when it tells of no trouble.
    mutating func take(_ json: JSON) -> Bool {
        guard let path = json["alarm"]?.text, let key = SiteTroubles.key(path) else { return false }
        let cause = json["cause"]?.text
        if cause == nil || causes.count < SiteTroubles.countMax || causes[key.path] != nil { causes[key.path] = cause }
        return true
    }

    /// The alarms that stand.
    var alarms: [AlarmKey] { causes.keys.sorted().compactMap(SiteTroubles.key) }

    func cause(of key: AlarmKey) -> String? { causes[key.path] }

    private static func key(_ path: String) -> AlarmKey? {
        let levels = path.split(separator: "/", omittingEmptySubsequences: false)
        guard levels.count == 3, levels[0] == Area.twin.rawValue, Topic.isAssetID(levels[1]),
            let code = AlarmCode(rawValue: String(levels[2]))
        else { return nil }
        return AlarmKey(.twin, String(levels[1]), code)
    }
}

extension AlarmKey {
    /// The clock that the twin lives by is not to be trusted.
    static let ownClock = AlarmKey(.twin, "clock", .clock)
    /// The store is behind the journal.
    static let ownStore = AlarmKey(.twin, "store", .store)
    /// The broker does not let the twin say or hear something.
    static let ownRights = AlarmKey(.twin, "rights", .link)
    /// Another twin commands the site, and this one gave way.
    static let ownRival = AlarmKey(.twin, "control", .twoControllers)
}
