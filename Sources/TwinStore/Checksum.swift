/// A checksum over values in their order: 64 bits that differ wherever a disk or a hand changed one of them.
///
/// It is no signature: whoever changes a value can work it out anew. That is what the journal is for.
struct Checksum {
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let step: UInt64 = 0xD1B5_4A32_D192_ED03

    private var state: UInt64

    /// - Parameter name: what is summed; equal values of two tables have two sums.
    init(_ name: StaticString) {
        state = Checksum.step
        name.withUTF8Buffer { add(UnsafeRawBufferPointer($0)) }
    }

    init(_ name: String) {
        state = Checksum.step
        add(name)
    }

    var value: Int64 {
        var last = self
        last.mix(Checksum.factor)
        return Int64(bitPattern: last.state)
    }

    mutating func add(_ word: Int64) { mix(UInt64(bitPattern: word)) }

    mutating func add(_ number: Double) { mix(number.bitPattern) }

    /// A place without a value.
    mutating func addNothing() { mix(~Checksum.step) }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
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

    private mutating func mix(_ word: UInt64) {
        let product = (state ^ word).multipliedFullWidth(by: Checksum.factor)
        state = (product.high ^ product.low) &+ Checksum.step
    }
}
