import TwinCore

/// Notices lost messages of a source that numbers them and sends at no fixed times.
struct SequenceWatch: Sendable, Codable {
    static let missingMax = 1000

    private var highest: Int64?
    /// Numbers that were passed over, with the end of the tick in which that was noticed.
    private var missing: [Int: PlantTime] = [:]

    /// - Returns: how many more numbers are missing now; below 0 where one came late.
    mutating func note(_ number: Int64, at time: PlantTime) -> Int {
        guard let highest, number > 1 else {
            // The first number seen, or a source that counts from the start again.
            highest = number
            missing = [:]
            return 0
        }
        let late = missing.removeValue(forKey: Int(number)) == nil ? 0 : 1
        guard number > highest else { return -late }
        let lost = number - highest - 1
        self.highest = number
        guard lost > 0, lost <= Int64(SequenceWatch.missingMax - missing.count) else { return 0 }
        for one in (highest + 1)..<number { missing[Int(one)] = time }
        return Int(lost)
    }

    /// Whether numbers are missing that did not come later; a loss is told for a settlement period.
    mutating func hasGap(at time: PlantTime) -> Bool {
        missing = missing.filter { $0.value > time - SourceWatch.holeMemory }
        return !missing.isEmpty
    }
}
