/// Shares a difference out among its causes: exact, whatever their order, and safe at zeros and changes of sign.
///
/// Each cause gets the mean of what it changes when it joins the others, over all orders in which they can join (Shapley
/// 1953; in energy studies Ang 2004). A cause that changes nothing gets nothing, and all together get the difference.
enum Shapley {
    /// More than these take too long: 2 to their power values are asked for.
    static let causesMax = 16

    /// - Parameters:
    ///   - causes: 1...16.
    ///   - value: of the mixed state in which the causes of a set (bit k is cause k) are as at the end, and the others as
    ///     at the beginning.
    /// - Returns: the share of each, in the value's unit.
    static func shares(causes: Int, value: (UInt32) -> Double) -> [Double] {
        let causes = min(max(causes, 0), causesMax)
        let values = (0..<UInt32(1) << UInt32(causes)).map(value)
        // By the number of causes that are there already: (s! (n - s - 1)!) / n!.
        var weights = [Double](repeating: 0, count: causes)
        for size in 0..<causes {
            var weight = 1.0 / Double(causes)
            // 1 / (n * (n - 1 over s)).
            for k in 0..<size { weight *= Double(k + 1) / Double(causes - 1 - k) }
            weights[size] = weight
        }
        return (0..<causes).map { cause in
            let bit = UInt32(1) << UInt32(cause)
            var share = 0.0
            for set in 0..<UInt32(values.count) where set & bit == 0 {
                share += weights[set.nonzeroBitCount] * (values[Int(set | bit)] - values[Int(set)])
            }
            return share
        }
    }
}
