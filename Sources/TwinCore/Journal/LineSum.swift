/// The checksum of what a mark closes: the lines behind the mark before it, a segment's header among them, and what the
/// mark itself says.
///
/// The chain proves what the lines came to. This proves the lines: also a time, a number or a name on which no state hangs.
public struct LineSum: Sendable, Hashable {
    private var checksum = Checksum("lines")

    public init() {}

    /// - Parameter line: its bytes, without the line break.
    public mutating func add(_ line: Swift.Span<UInt8>) {
        line.withUnsafeBytes { checksum.add($0) }
    }

    /// 16 hexadecimal digits.
    public func closed(by mark: Mark) -> String {
        var sum = checksum
        sum.add(mark.t.ms)
        sum.add(Int64(mark.tick))
        sum.add(Int64(mark.n))
        sum.add(mark.chain)
        sum.add(mark.alarmsText)
        let digits = String(UInt64(bitPattern: sum.value), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
