/// What the plant builds, as planned: each model's share of the vehicles.
public struct ModelMix: Sendable, Hashable {
    public struct Model: Sendable, Hashable {
        public var id: String
        /// Share of the vehicles, 0...1.
        public var share: Double
        public var isElectric: Bool

        public init(_ id: String, share: Double, isElectric: Bool) {
            self.id = id
            self.share = share
            self.isElectric = isElectric
        }
    }

    /// The name under which vehicles are counted whose model is not told; no model's id.
    public static let unknown = "unknown"

    /// In the plan's order.
    public let models: [Model]
    private let largest: Model

    /// - Precondition: at least one model; the shares sum to 1.
    public init(_ models: [Model]) {
        guard let largest = models.max(by: { $0.share < $1.share }) else { preconditionFailure("a plan needs a model") }
        self.models = models
        self.largest = largest
    }

    /// Share of the vehicles that are electric, 0...1.
    public var electricShare: Double { models.reduce(0) { $0 + ($1.isElectric ? $1.share : 0) } }

    /// How much of one vehicle is electric: 1 or 0, and the plan's share where its model is not told or not planned.
    public func electricPart(of model: String?) -> Double {
        guard let planned = models.first(where: { $0.id == model }) else { return electricShare }
        return planned.isElectric ? 1 : 0
    }

    /// The model that a number of 0..<1 falls on when the shares lie side by side.
    public func model(at number: Double) -> Model {
        var end = 0.0
        for model in models {
            end += model.share
            if number < end { return model }
        }
        // The shares may sum to a hair less than 1.
        return largest
    }
}
