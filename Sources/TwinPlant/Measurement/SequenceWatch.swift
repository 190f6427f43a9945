import TwinCore

/// Notices lost messages of a source that numbers them and sends at no fixed times.
struct SequenceWatch: Sendable, Codable {
    static let missingMax = 1000

    private var highest: Int64?
    /// Numbers that were passed over, with the end of the tick in which that was noticed.
    private var missing: [Int: PlantTime] = [:]

    mutating func note(_ number: Int64, at time: PlantTime) {
        guard let highest, number > 1 else {
            // The first number seen, or a source that counts from the start again.
            highest = number
            missing = [:]
            return
        }
        missing[Int(number)] = nil
        guard number > highest else { return }
        let lost = number - highest - 1
        if lost > 0, lost <= Int64(SequenceWatch.missingMax - missing.count) {
            for one in (highest + 1)..<number { missing[Int(one)] = time }
        }
        self.highest = number
    }

    /// Whether numbers are missing that did not come later; a loss is told for a settlement period.
    mutating func hasGap(at time: PlantTime) -> Bool {
        missing = missing.filter { $0.value > time - SourceWatch.holeMemory }
        return !missing.isEmpty
    }
}
