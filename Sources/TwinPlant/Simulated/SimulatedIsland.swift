/// The plant behind its open breaker, while a step goes through its assets.
struct SimulatedIsland: Sendable {
    /// What is switched on, kW.
    var loadKW: Double
    var lossFraction: Double
    /// Whether all that is on must be carried, else nothing is; where nothing can be switched loads are served in part.
    var holdsAllOrNothing: Bool
    /// It has collapsed: nothing gives and nothing draws.
    var isDark = false
    /// What those that form the grid, and were not asked yet, can give and take, kW >= 0.
    var givesKW = 0.0
    var takesKW = 0.0
    /// Whether any can give at all.
    var isFormed = false

    /// What is missing on the bus, kW; below 0 is too much.
    func openKW(drawnKW: Double, givenKW: Double) -> Double {
        let open = (loadKW + drawnKW) * (1 + lossFraction) - givenKW
        return holdsAllOrNothing ? open : max(0, open)
    }

    /// The share of one that can do so much: all bear alike, in proportion to what they can.
    mutating func shareKW(_ range: ClosedRange<Double>, openKW: Double) -> Double {
        defer {
            givesKW -= max(0, range.upperBound)
            takesKW += min(0, range.lowerBound)
        }
        let all = openKW > 0 ? givesKW : takesKW
        let own = openKW > 0 ? range.upperBound : -range.lowerBound
        guard own > 0, all > 0 else { return 0 }
        // What is taken is carried over the distribution like any load.
        let shared = openKW > 0 ? openKW : openKW / (1 + lossFraction)
        return min(max(shared * min(1, own / all), range.lowerBound), range.upperBound)
    }

    /// Whether it stands after a step: the bus balances to what a meter shows.
    func holds(drawnKW: Double, givenKW: Double) -> Bool {
        isFormed && abs(openKW(drawnKW: drawnKW, givenKW: givenKW)) < 0.05
    }
}
