/// A word of an operator, or of who may ask something of the site, that a scenario says at a time.
public struct ScenarioOrder: Sendable, Hashable {
    public var at: PlantTime
    /// As it stands in an `op` line, with an end instead of a length.
    public var json: JSON

    /// What an order may begin with.
    public static let words = ["manual", "pause", "release", "request", "withdraw"]
    private static let others = ["id", "value", "unit", "from", "until", "pay_per_mwh"]

    /// - Parameter json: without its time; times as RFC 3339.
    public init(_ json: JSON, at time: PlantTime) throws(LineFailure) {
        guard ScenarioOrder.words.count(where: { json[$0] != nil }) == 1 else {
            throw LineFailure(
                reason: .unknownKey,
                text: "order: needs one and only one of \(ScenarioOrder.words.joined(separator: ", "))")
        }
        let known = ScenarioOrder.words + ScenarioOrder.others
        if let stray = json.members?.first(where: { !known.contains($0.key) }) {
            throw LineFailure(
                reason: .unknownKey,
                text: "order: \"\(stray.key)\" is none of at, for, \(known.joined(separator: ", "))")
        }
        self.at = time
        self.json = json
    }
}
