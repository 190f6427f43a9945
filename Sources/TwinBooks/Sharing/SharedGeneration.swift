import TwinUnits

/// The wind and sun of a half hour while it is given out: what is given and what is left come to all of it.
///
/// Takers stand in a fixed order: partners, others outside production, the plant, export.
struct SharedGeneration {
    /// By taker, Ws.
    private(set) var given: [Energy]
    private let generation: Energy
    private let taken: [Energy]
    private var left: Energy

    /// - Parameters:
    ///   - generation: at least 0.
    ///   - taken: what each took of the bus: partners, then others, the plant and export.
    init(_ rule: SharingTerms.Rule, _ generation: Energy, taken: [Energy], sharesPPM: [Int64]) {
        (self.generation, self.taken, left) = (generation, taken, generation)
        given = taken.map { _ in .zero }
        let partners = sharesPPM.indices
        let (others, plant, export) = (partners.endIndex, partners.endIndex + 1, partners.endIndex + 2)
        switch rule {
        case .proRata: give(to: taken.indices)
        case .shares:
            giveShares(sharesPPM)
            give(to: plant..<plant + 1)
        case .plantFirst:
            give(to: plant..<plant + 1)
            give(to: partners)
        case .partnersFirst:
            give(to: partners)
            give(to: plant..<plant + 1)
        }
        give(to: others..<others + 1)
        give(to: export..<export + 1)
        // Sun that nobody else took and that did not leave was used by partners, beyond their shares.
        give(to: partners)
        // Where meters contradict each other, the sun is more than all that was taken: the plant's meters are in doubt.
        given[plant] += left
    }

    /// Gives what is left to some of them, by what each still takes, and at most that.
    private mutating func give(to takers: Range<Int>) {
        let wanted = takers.map { max(Int128(0), Int128((taken[$0] - given[$0]).wattSeconds)) }
        let all = wanted.reduce(0, +)
        let offered = min(all, Int128(left.wattSeconds))
        guard offered > 0 else { return }
        // Steps of a rounded running sum: no step is more than what is wanted, because less than all is offered.
        var (asked, due) = (Int128(0), Int128(0))
        for (taker, want) in zip(takers, wanted) {
            asked += want
            let next = offered.portion(asked, of: all)
            add(next - due, to: taker)
            due = next
        }
    }

    /// Gives each partner his share of the generation, at most what he takes.
    private mutating func giveShares(_ sharesPPM: [Int64]) {
        var (asked, due) = (Int128(0), Int128(0))
        for (partner, share) in sharesPPM.enumerated() {
            asked += Int128(share)
            let next = Int128(generation.wattSeconds).portion(asked, of: 1_000_000)
            let most = min(Int128(max(.zero, taken[partner]).wattSeconds), Int128(left.wattSeconds))
            add(min(next - due, most), to: partner)
            due = next
        }
    }

    private mutating func add(_ wattSeconds: Int128, to taker: Int) {
        let energy = Energy(wattSeconds: Int64(clamping: wattSeconds))
        given[taker] += energy
        left -= energy
    }
}
