/// 64-bit words as little-endian bytes in base 64: how a checkpoint carries thousands of numbers in one string.
public struct PackedWords: Sendable {
    public private(set) var words: [Int64] = []

    public init() {}

    public mutating func append(_ word: Int64) { words.append(word) }
    public mutating func append(_ value: Double) { words.append(Int64(bitPattern: value.bitPattern)) }

    public func double(_ index: Int) -> Double { Double(bitPattern: UInt64(bitPattern: words[index])) }

    public func encode(to encoder: any Encoder) throws {
        let bytes = words.map { $0.littleEndian }.withUnsafeBytes { Array($0) }
        var container = encoder.singleValueContainer()
        try container.encode(Base64.encode(bytes))
    }

    /// - Parameter stride: words of one item; a text that holds no whole number of items is refused.
    public init(from decoder: any Decoder, stride: Int) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = Base64.decode(try container.decode(String.self)), bytes.count % (8 * stride) == 0 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not packed words")
        }
        words.reserveCapacity(bytes.count / 8)
        for offset in Swift.stride(from: 0, to: bytes.count, by: 8) {
            var value: UInt64 = 0
            for index in 0..<8 { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
            words.append(Int64(bitPattern: value))
        }
    }
}
