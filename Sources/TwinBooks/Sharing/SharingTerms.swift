public import TwinCore

/// How the site's own wind and sun go to those who stand on its grid: `sharing:` of `contracts.yaml`.
public struct SharingTerms: Sendable, Hashable {
    /// Who has how much of the generation of a half hour.
    public enum Rule: String, Sendable, Hashable, CaseIterable {
        /// Everybody by what he takes, export too: the mix of the bus.
        case proRata = "pro_rata"
        /// Each partner a fixed share, at most what he takes; the plant what is left, then export. More than his share a partner
        /// gets only of sun that nobody else took.
        case shares
        /// The plant all that it takes; partners what is left, by what they take.
        case plantFirst = "plant_first"
        /// Partners all that they take, or by what they take where it is less; the plant what is left.
        case partnersFirst = "partners_first"
    }

    public struct Partner: Sendable, Hashable {
        public var name: String
        /// His sub-meters, each among `LedgerTerms.outside`.
        public var assets: [AssetPath]
        /// Of the generation, millionths; only `shares` reads it.
        public var sharePPM: Int64

        public init(name: String, assets: [AssetPath], sharePPM: Int64 = 0) {
            (self.name, self.assets, self.sharePPM) = (name, assets, sharePPM)
        }
    }

    public var rule: Rule
    /// At least one. Their shares come to 1 at most.
    public var partners: [Partner]
    /// What a partner pays the plant for a kWh of wind and sun, in the tariffs' currency; nil where nothing is agreed.
    public var pricePerKWh: Double?

    public init(rule: Rule, partners: [Partner], pricePerKWh: Double? = nil) {
        (self.rule, self.partners, self.pricePerKWh) = (rule, partners, pricePerKWh)
    }
}
