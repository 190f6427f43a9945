import Synchronization

/// Items of several 64-bit words each: how a checkpoint carries thousands of numbers.
///
/// Encoded beside a `ColumnHeap` they are columns in it, and the encoder gets their place; without one, text in base 64.
public struct PackedWords: Sendable {
    public private(set) var words: [Int64] = []
    /// Words of one item.
    private let stride: Int

    public init(stride: Int) { self.stride = max(1, stride) }

    public mutating func append(_ word: Int64) { words.append(word) }
    public mutating func append(_ value: Double) { words.append(Int64(bitPattern: value.bitPattern)) }

    public func double(_ index: Int) -> Double { Double(bitPattern: UInt64(bitPattern: words[index])) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let heap = ColumnHeap.of(encoder.userInfo) {
            try container.encode(heap.put(columns))
        } else {
            try container.encode(Base64.encode(words.map { $0.littleEndian }.withUnsafeBytes { Array($0) }))
        }
    }

    /// - Parameter stride: words of one item; what holds no whole number of items is refused.
    public init(from decoder: any Decoder, stride: Int) throws {
        self.init(stride: stride)
        let container = try decoder.singleValueContainer()
        func damaged() -> DecodingError {
            DecodingError.dataCorruptedError(in: container, debugDescription: "not packed words")
        }
        if let heap = ColumnHeap.of(decoder.userInfo) {
            guard var bytes = heap.columns(at: try container.decode(Int.self)) else { throw damaged() }
            do throws(ColumnCodec.Failure) { try read(&bytes) } catch { throw damaged() }
            return
        }
        guard let bytes = Base64.decode(try container.decode(String.self)), bytes.count % (8 * self.stride) == 0 else {
            throw damaged()
        }
        words.reserveCapacity(bytes.count / 8)
        for offset in Swift.stride(from: 0, to: bytes.count, by: 8) {
            var value: UInt64 = 0
            for index in 0..<8 { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
            words.append(Int64(bitPattern: value))
        }
    }

    private var columns: [UInt8] {
        var bytes: [UInt8] = []
        for place in 0..<stride {
            ColumnCodec.pack(
                Swift.stride(from: place, to: words.count, by: stride).map { words[$0] }, into: &bytes)
        }
        return bytes
    }

    private mutating func read(_ bytes: inout ArraySlice<UInt8>) throws(ColumnCodec.Failure) {
        for place in 0..<stride {
            let column = try ColumnCodec.unpack(&bytes)
            if place == 0 { words = [Int64](repeating: 0, count: column.count * stride) }
            guard column.count * stride == words.count else { throw ColumnCodec.Failure() }
            for (item, word) in column.enumerated() { words[item * stride + place] = word }
        }
    }
}

/// Packed columns beside the text of an encoder: big arrays leave the text and stay bytes.
public final class ColumnHeap: Sendable {
    private struct Content {
        var bytes: [UInt8] = []
        /// Where each entry begins; the last one ends with the bytes.
        var starts: [Int] = []
    }

    private let content: Mutex<Content>

    public init() { content = Mutex(Content()) }

    /// From `bytes` of another heap and its `starts`; nil when they do not fit together.
    public init?(bytes: [UInt8], starts: [Int]) {
        guard zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 }), starts.allSatisfy({ 0...bytes.count ~= $0 })
        else { return nil }
        content = Mutex(Content(bytes: bytes, starts: starts))
    }

    public var bytes: [UInt8] { content.withLock { $0.bytes } }
    public var starts: [Int] { content.withLock { $0.starts } }

    fileprivate func put(_ columns: [UInt8]) -> Int {
        content.withLock { content in
            content.starts.append(content.bytes.count)
            content.bytes.append(contentsOf: columns)
            return content.starts.count - 1
        }
    }

    fileprivate func columns(at index: Int) -> ArraySlice<UInt8>? {
        content.withLock { content in
            guard content.starts.indices.contains(index) else { return nil }
            let end = index + 1 < content.starts.count ? content.starts[index + 1] : content.bytes.count
            return content.bytes[content.starts[index]..<end]
        }
    }

    private static let key = CodingUserInfoKey(rawValue: "columns")

    /// For the encoder or decoder that shall use this heap.
    public var userInfo: [CodingUserInfoKey: any Sendable] { ColumnHeap.key.map { [$0: self] } ?? [:] }

    static func of(_ userInfo: [CodingUserInfoKey: Any]) -> ColumnHeap? {
        key.flatMap { userInfo[$0] as? ColumnHeap }
    }
}
