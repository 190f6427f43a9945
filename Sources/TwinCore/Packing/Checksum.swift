/// A checksum over values in their order: 64 bits that differ wherever a disk or a hand changed one of them.
///
/// It is no signature: whoever changes a value can work it out anew.
@frozen
public struct Checksum: Sendable, Hashable {
    @usableFromInline static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
    @usableFromInline static let step: UInt64 = 0xD1B5_4A32_D192_ED03

    @usableFromInline var state: UInt64

    /// - Parameter name: what is summed; equal values of two kinds have two sums.
    @inlinable
    public init(_ name: String) {
        state = Checksum.step
        add(name)
    }

    @inlinable public var value: Int64 {
        var last = self
        last.mix(Checksum.factor)
        return Int64(bitPattern: last.state)
    }

    @inlinable
    public mutating func add(_ word: Int64) { mix(UInt64(bitPattern: word)) }

    @inlinable
    public mutating func add(_ number: Double) { mix(number.bitPattern) }

    /// A place without a value.
    @inlinable
    public mutating func addNothing() { mix(~Checksum.step) }

    @inlinable
    public mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    @inlinable
    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        mix(UInt64(bytes.count))
        var place = 0
        while place + 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
        }
        var rest: UInt64 = 0
        for byte in bytes[place...] { rest = rest << 8 | UInt64(byte) }
        mix(rest)
    }

    @inlinable
    mutating func mix(_ word: UInt64) {
        let product = (state ^ word).multipliedFullWidth(by: Checksum.factor)
        state = (product.high ^ product.low) &+ Checksum.step
    }
}
