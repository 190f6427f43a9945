import TwinCore

extension ModelMix {
    static let hint = "add models: {leaf: {share: {value: ..., source: \"...\"}, electric: true}}"
    /// How far the sum of the shares may be from 1, for thirds and the like.
    private static let sumTolerance = 1e-6

    /// `models:` of shifts.yaml.
    static func read(_ node: YAMLNode) -> ModelMix? {
        guard let entries = node.named() else { return nil }
        guard (1...64).contains(entries.count) else {
            node.problem("\(entries.count) models; 1 to 64 needed here")
            return nil
        }
        let models = entries.map { entry in entry.key.id().flatMap { model($0, entry.key, entry.value) } }
        let good = models.compactMap(\.self)
        guard good.count == models.count else { return nil }
        let sum = good.reduce(0) { $0 + $1.share }
        guard abs(sum - 1) <= sumTolerance else {
            let shown = plain((sum * 1e6).rounded() / 1e6)
            node.problem("the shares sum to \(shown); they are shares of all vehicles, make them sum to 1")
            return nil
        }
        return ModelMix(good)
    }

    private static func model(_ id: String, _ key: YAMLNode, _ node: YAMLNode) -> Model? {
        node.fields { fields in
            let share = fields.quantity("share", in: 0...1, "fraction of the vehicles")
            let electric = fields.required("electric")?.flag()
            guard let share, let electric else { return nil }
            guard id != ModelMix.unknown else {
                key.problem("is where vehicles without a model are counted; give the model another id")
                return nil
            }
            return Model(id, share: share, isElectric: electric)
        }
    }
}
