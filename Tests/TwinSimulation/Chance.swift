import TwinCore
import TwinUnits

extension SeedStream {
    mutating func happens(_ share: Double) -> Bool { unit() < share }

    /// 0 up to `count`, without it.
    mutating func below(_ count: Int) -> Int { count > 0 ? Int(next() % UInt64(count)) : 0 }

    mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

    mutating func seconds(_ range: ClosedRange<Double>) -> Span {
        Span(ms: Int64(saturatingRound: 1000 * between(range.lowerBound, range.upperBound)))
    }
}
