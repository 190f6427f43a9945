import TwinCore

/// What else tells of what a signal tells. Places are those of the kind's sheet.
public enum Witness: Sendable, Hashable {
    /// The model, of what follows from production and weather.
    case model(of: Int)
    /// What is made, and what it is made from: heat and fuel.
    /// - Parameters:
    ///   - usual: made over taken as the configuration has it.
    ///   - most: the largest that nature allows.
    case conversion(made: Int, from: Int, usual: Double, most: Double)
    /// A state of charge moves as energy flows; the flow is positive when it empties.
    case content(Int, flow: Int, capacityKWh: Double)
}

/// Who is believed where meters, or a meter and its model, exclude each other: `prefer` of an asset.
public enum Preference: String, Sendable, Hashable, CaseIterable {
    case power, register, model
}

extension Witness {
    /// Readings that hold for longer are not held against a witness that moves within the hour.
    static let readingMax = Span.hours(1)

    /// So many settlement periods in a row must exclude each other. A shop may stand for an hour while bodies that left it
    /// before still come off the line; a state of charge is judged over enough energy already.
    var periodsMin: Int {
        switch self {
        case .model: 3
        case .conversion: 2
        case .content: 1
        }
    }

    /// A signal and its model, or two signals, are apart beyond this ratio, either way. A degree-day model of a shop that
    /// works to plan errs by less than half.
    static let ratioMax = 4.0
    /// ... and by more than this share of the rating, so that what idles is not judged.
    static let shareMin = 0.1
    /// Meters of class 1 and their timing explain so much above what nature allows.
    static let excessMax = 1.05
    /// Where many models together say what is right they err by so much: doubts are wider by this factor.
    static let doubtMargin = 1.3
    /// A state of charge is judged by this share of the capacity at the least.
    static let flowMin = 0.25
    /// ... that it must follow by this much of it.
    static let followedMin = 0.3
    /// ... over the first of these times in which so much flowed.
    static let contentOver = [settlementPeriod, .hours(1), .hours(2)]
}

/// What a witness and a signal exclude, for as long as they do.
struct Contradiction: Sendable, Hashable, Codable {
    /// What is used in the meantime.
    enum Counts: Sendable, Hashable, Codable {
        case reading, model
        /// Another signal, by its place among the specs, times so much.
        case other(spec: Int, factor: Double)
    }

    /// Among the specs.
    var spec: Int
    /// Place of the witness among those of the kind.
    var witness: Int
    var from: PlantTime
    /// Nil while it lasts.
    var until: PlantTime?
    var counts: Counts
    var isUnit: Bool

    /// In the place of a witness: the register beside a power; all meters of an account together, at the one that speaks for
    /// them and at the others.
    static let register = -1
    static let together = -2
    static let along = -3

    /// What a register tells of its power has an alarm of its own, and one meter speaks for all.
    var isAlarmed: Bool { witness != Contradiction.register && witness != Contradiction.along }
    var isTogether: Bool { witness == Contradiction.together || witness == Contradiction.along }

    func holds(at time: PlantTime) -> Bool { from <= time && until.map { time < $0 } ?? true }
}

/// What an examination of one settlement period found.
struct Finding: Sendable, Hashable {
    /// Means of what was told and of what its witness says, kW.
    var told: Double
    var expected: Double
    var counts: Contradiction.Counts
    /// The spec that is contradicted.
    var spec: Int
    var unit: UnitFactor?
}

extension Finding {
    /// A reading against the model of what it measures; nil where they may both be right.
    /// - Parameters:
    ///   - rated: largest reading that is believed, kW.
    ///   - isPlanKept: whether vehicles come off the lines where the plan has them: the model knows no other day.
    init?(spec: Int, told: Double, model: Double, rated: Double, isPlanKept: Bool) {
        guard isPlanKept, abs(told - model) > Witness.shareMin * rated else { return nil }
        let (less, more) = (min(told, model), max(told, model))
        let unit = less > 0 ? UnitFactor(told / model, tolerance: 0.15) : nil
        guard more > Witness.ratioMax * max(less, 0) || unit != nil && more > 3 * less else { return nil }
        // A meter that is dead tells too little, and a figure must not fall by a fault.
        self.init(
            told: told, expected: model, counts: told < model || unit != nil ? .model : .reading, spec: spec, unit: unit
        )
    }

    /// What is made against what it is made from: the larger of the two tells what the other should be.
    init?(made: (spec: Int, kW: Double), from: (spec: Int, kW: Double), usual: Double, most: Double, rated: Double) {
        let noise = 0.02 * rated
        if made.kW > Witness.excessMax * most * from.kW + noise {
            self.init(
                told: from.kW, expected: made.kW / usual, counts: .other(spec: made.spec, factor: 1 / usual),
                spec: from.spec, unit: UnitFactor(made.kW / usual / from.kW, tolerance: 0.15))
        } else if from.kW > Witness.shareMin * rated, made.kW < usual / Witness.ratioMax * from.kW {
            self.init(
                told: made.kW, expected: from.kW * usual, counts: .other(spec: from.spec, factor: usual),
                spec: made.spec,
                unit: UnitFactor(from.kW * usual / made.kW, tolerance: 0.15))
        } else {
            return nil
        }
    }

    /// A state of charge against what flowed; both are shares of the capacity.
    init?(spec: Int, moved: Double, flowed: Double) {
        guard abs(flowed) >= Witness.flowMin, moved / flowed < Witness.followedMin else { return nil }
        self.init(told: moved, expected: flowed, counts: .model, spec: spec, unit: nil)
    }
}
