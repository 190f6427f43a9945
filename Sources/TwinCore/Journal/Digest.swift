import Crypto

/// The bytes of one tick's record, in the fixed layout of the digest: little-endian, doubles rounded to 1e-6 of
/// their unit, text as length-prefixed UTF-8.
public struct DigestRecord: Sendable {
    /// Longer than what is written in it: a tick adds hundreds of numbers, and each is stored in one go.
    private var room = [UInt8](repeating: 0, count: 1024)
    private var count = 0

    public init() {}

    public var bytes: [UInt8] { Array(written) }

    fileprivate var written: ArraySlice<UInt8> { room[..<count] }

    public mutating func add(_ value: Int64) {
        let place = advance(by: 8)
        room.withUnsafeMutableBytes {
            $0.storeBytes(of: value.littleEndian, toByteOffset: place, as: Int64.self)
        }
    }

    /// The same as each of `values` after the other, in one go.
    public mutating func add(_ values: ArraySlice<Int64>) {
        if 1.littleEndian == 1 { values.withUnsafeBytes { append($0) } } else { for value in values { add(value) } }
    }

    public mutating func add(_ value: Int) { add(Int64(value)) }
    public mutating func add(_ value: Bool) { room[advance(by: 1)] = value ? 1 : 0 }

    /// Rounded to nearest even at 1e-6, held inside Int64; -0 becomes +0, not a number becomes Int64.min.
    public mutating func add(_ value: Double) {
        add(
            value.isNaN
                ? Int64.min : Int64(exactly: (value * 1e6).rounded(.toNearestOrEven)) ?? (value < 0 ? .min : .max))
    }

    public mutating func add(_ text: String) {
        add(Int64(text.utf8.count))
        append(text)
    }

    /// The same as its text.
    public mutating func add(_ path: AssetPath) {
        let area = path.area.rawValue
        add(Int64(area.utf8.count + 1 + path.asset.utf8.count))
        append(area)
        append("/")
        append(path.asset)
    }

    /// Begins anew.
    public mutating func clear() { count = 0 }

    public mutating func add(_ other: DigestRecord) {
        add(Int64(other.count))
        other.written.withUnsafeBytes { append($0) }
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        let place = advance(by: bytes.count)
        room.withUnsafeMutableBytes {
            UnsafeMutableRawBufferPointer(rebasing: $0[place...]).copyMemory(from: bytes)
        }
    }

    /// Makes room for so many bytes; returns where they begin.
    private mutating func advance(by size: Int) -> Int {
        if count + size > room.count {
            room += [UInt8](repeating: 0, count: max(3 * room.count, size))
        }
        defer { count += size }
        return count
    }
}

/// The chain over a run's ticks: chain_k = SHA-256(chain_k-1 || record_k); chain_0 is 32 zero bytes.
public struct DigestChain: Sendable, Hashable, Codable {
    public private(set) var bytes: [UInt8]

    public init() { bytes = [UInt8](repeating: 0, count: 32) }

    /// From 64 hex digits; nil for anything else.
    public init?(hex: String) {
        // Every half hour that is read has one: a store of years has a hundred thousand.
        bytes = []
        bytes.reserveCapacity(32)
        var high: UInt8?
        for letter in hex.utf8 {
            guard let digit = DigestChain.digit(letter), bytes.count < 32 else { return nil }
            if let first = high { bytes.append(first << 4 | digit) }
            high = high == nil ? digit : nil
        }
        guard bytes.count == 32, high == nil else { return nil }
    }

    private static func digit(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): letter - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): letter - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    public mutating func extend(with record: DigestRecord) {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        record.written.withUnsafeBytes { hash.update(bufferPointer: $0) }
        bytes = hash.finalize().withUnsafeBytes { Array($0) }
    }

    /// 64 lower-case hex digits.
    public var hex: String { hexText(bytes) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let chain = DigestChain(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected 64 hex digits")
        }
        self = chain
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}

/// SHA-256 of named files: over sorted `name\0length\0bytes`. Returns `sha256:<64 hex digits>`.
public func contentHash(of files: [(name: String, bytes: [UInt8])]) -> String {
    var hash = SHA256()
    for file in files.sorted(by: { $0.name < $1.name }) {
        Array("\(file.name)\0\(file.bytes.count)\0".utf8).withUnsafeBytes { hash.update(bufferPointer: $0) }
        file.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    return "sha256:" + hexText(Array(hash.finalize()))
}

/// Lower-case hex digits of `bytes`.
public func hexText(_ bytes: [UInt8]) -> String {
    func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes {
        text.append(digit(byte >> 4))
        text.append(digit(byte & 15))
    }
    return String(decoding: text, as: UTF8.self)
}
