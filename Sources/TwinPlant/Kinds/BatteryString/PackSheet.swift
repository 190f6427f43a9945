public import TwinCore

/// What a reused pack is good for by its state of health: the energy that it holds over what it held when it was new.
public enum PackGrade: String, Sendable, Hashable, CaseIterable {
    case a = "A"
    case b = "B"
    case c = "C"
    /// Below all of them: its material is worth more than its use.
    case recycle

    /// What a pack of the grade is good for.
    public var use: String {
        switch self {
        case .a: "goes back into cars"
        case .b: "forklifts, AGVs, large stores"
        case .c: "backup power"
        case .recycle: "to be recycled"
        }
    }
}

/// The reused packs of a store, as each was graded before it was built in. The store's telemetry is of all packs together,
/// so nothing here is measured since.
public struct PackSheet: Sendable, Hashable {
    /// Energy of a pack when it was new, kWh.
    public var newKWh: Double
    /// The day of the grading.
    public var graded: CivilDate
    /// State of health pack by pack in the order of the rack, 0.1...1.1: a new pack may hold more than its plate says.
    public var health: [Double]
    /// Who measured it, or why it is assumed.
    public var source: String

    public init(newKWh: Double, graded: CivilDate, health: [Double], source: String) {
        self.newKWh = newKWh
        self.graded = graded
        self.health = health
        self.source = source
    }

    /// Energy of all packs together on the day of the grading, kWh.
    public var presentKWh: Double { newKWh * health.reduce(0, +) }
    /// 0...1; nil without a pack.
    public var meanHealth: Double? { health.isEmpty ? nil : health.reduce(0, +) / Double(health.count) }
}

/// The sheets of a site and the limits between grades.
public struct PackGrading: Sendable, Hashable {
    /// Least state of health of the grades A, B and C, descending, 0...1.
    public var floors: [PackGrade: Double]
    public var sheets: [AssetPath: PackSheet]

    public init(floors: [PackGrade: Double], sheets: [AssetPath: PackSheet]) {
        self.floors = floors
        self.sheets = sheets
    }

    public func grade(ofHealth health: Double) -> PackGrade {
        PackGrade.allCases.first { health >= floors[$0] ?? .infinity } ?? .recycle
    }
}
