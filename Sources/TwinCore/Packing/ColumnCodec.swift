/// Columns of 64-bit words in few bytes, without loss: times and sums as differences, decimal readings as whole
/// numbers, other doubles as they are. What is left over a general compressor takes out.
///
/// One column: `form` (1 byte), count (varint), then by form. Varints are little-endian base 128; signed ones zigzag.
/// Differences that repeat, such as of times at one cadence, are written once with how often they come.
public enum ColumnCodec {
    public struct Failure: Error, Sendable, Hashable {}

    private static let differences: UInt8 = 0
    /// 1 + decimals: the words are doubles, each a whole number over a power of ten.
    private static let decimalsMax = 6
    private static let bitPatterns: UInt8 = 16
    /// Beside `differences` and the decimals: each difference comes with how often it comes.
    private static let repeated: UInt8 = 32
    /// Repetition takes no bytes, so a longer column is written without, and damage reserves little memory.
    private static let repeatedMax = 1 << 16
    /// A count beyond this is damage, not data.
    private static let countMax = 1 << 28

    /// Appends a column.
    public static func pack(_ words: [Int64], into bytes: inout [UInt8]) {
        let whole = Differences(words)
        if let (decimals, scaled) = decimal(words) {
            let other = Differences(scaled)
            if other.size < whole.size {
                begin(UInt8(1 + decimals) | other.form, words.count, to: &bytes)
                return other.write(scaled, to: &bytes)
            }
        }
        // Differences of the bit patterns of measured doubles need nine bytes each.
        if whole.size > 8 * words.count {
            begin(bitPatterns, words.count, to: &bytes)
            bytes.append(contentsOf: shuffled(words))
        } else {
            begin(differences | whole.form, words.count, to: &bytes)
            whole.write(words, to: &bytes)
        }
    }

    public static func pack(_ values: [Double], into bytes: inout [UInt8]) {
        pack(values.map { Int64(bitPattern: $0.bitPattern) }, into: &bytes)
    }

    /// Reads the column at the front of `bytes` and removes it.
    public static func unpack(_ bytes: inout ArraySlice<UInt8>) throws(Failure) -> [Int64] {
        guard let form = bytes.popFirst() else { throw Failure() }
        let count = Int(exactly: try varint(&bytes)) ?? countMax
        guard count < countMax else { throw Failure() }
        guard form != bitPatterns else { return try unshuffled(&bytes, count) }
        let words = form & repeated == 0 ? try unpacked(&bytes, count) : try unpackedRepeated(&bytes, count)
        switch form & ~repeated {
        case differences: return words
        case 1...UInt8(1 + decimalsMax):
            let power = powers[Int(form & ~repeated) - 1]
            return words.map { Int64(bitPattern: (Double($0) / power).bitPattern) }
        default: throw Failure()
        }
    }

    public static func unpackDoubles(_ bytes: inout ArraySlice<UInt8>) throws(Failure) -> [Double] {
        try unpack(&bytes).map { Double(bitPattern: UInt64(bitPattern: $0)) }
    }

    // MARK: - Forms

    private static func begin(_ form: UInt8, _ count: Int, to bytes: inout [UInt8]) {
        bytes.append(form)
        append(UInt64(count), to: &bytes)
    }

    /// How words are written as differences; only what turns out the shorter is written.
    private struct Differences {
        private let repeats: Bool
        /// In bytes.
        let size: Int

        init(_ words: [Int64]) {
            var (steps, plain, counted) = (0, 0, 0)
            Differences.forEach(words) { zigzag, times in
                let length = ColumnCodec.length(zigzag)
                steps += 1
                plain += times * length
                counted += length + ColumnCodec.length(UInt64(times))
            }
            // Each repetition costs a byte at least, as each further difference does.
            repeats = 2 * steps <= words.count && words.count <= repeatedMax
            size = repeats ? counted : plain
        }

        /// `repeated` or nothing.
        var form: UInt8 { repeats ? repeated : 0 }

        func write(_ words: [Int64], to bytes: inout [UInt8]) {
            Differences.forEach(words) { zigzag, times in
                for _ in 0..<(repeats ? 1 : times) { append(zigzag, to: &bytes) }
                if repeats { append(UInt64(times), to: &bytes) }
            }
        }

        /// Each difference as zigzag, and how often it comes on end.
        @inline(__always)
        private static func forEach(_ words: [Int64], _ body: (UInt64, Int) -> Void) {
            guard var last = words.first else { return }
            var zigzag = ColumnCodec.zigzag(last)
            var times = 1
            for word in words.dropFirst() {
                let next = ColumnCodec.zigzag(word &- last)
                last = word
                if next == zigzag {
                    times += 1
                } else {
                    body(zigzag, times)
                    (zigzag, times) = (next, 1)
                }
            }
            body(zigzag, times)
        }
    }

    private static func zigzag(_ step: Int64) -> UInt64 { UInt64(bitPattern: (step << 1) ^ (step >> 63)) }

    private static func unpacked(_ bytes: inout ArraySlice<UInt8>, _ count: Int) throws(Failure) -> [Int64] {
        // Each word has a byte at least, so a damaged count reserves no memory.
        guard count <= bytes.count else { throw Failure() }
        var words: [Int64] = []
        words.reserveCapacity(count)
        var last: Int64 = 0
        for _ in 0..<count {
            let zigzag = try varint(&bytes)
            last = last &+ (Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1))
            words.append(last)
        }
        return words
    }

    private static func unpackedRepeated(
        _ bytes: inout ArraySlice<UInt8>, _ count: Int
    ) throws(Failure) -> [Int64] {
        guard count <= repeatedMax else { throw Failure() }
        var words: [Int64] = []
        words.reserveCapacity(count)
        var last: Int64 = 0
        while words.count < count {
            let zigzag = try varint(&bytes)
            guard let times = Int(exactly: try varint(&bytes)), times > 0, times <= count - words.count else {
                throw Failure()
            }
            for _ in 0..<times {
                last = last &+ (Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1))
                words.append(last)
            }
        }
        return words
    }

    private static let powers: [Double] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000]

    /// The fewest decimals with which every word, taken as a double, comes back bit by bit.
    private static func decimal(_ words: [Int64]) -> (decimals: Int, scaled: [Int64])? {
        var decimals = 0
        var scaled: [Int64] = []
        scaled.reserveCapacity(words.count)
        var index = 0
        while index < words.count {
            let value = Double(bitPattern: UInt64(bitPattern: words[index]))
            let whole = (value * powers[decimals]).rounded(.toNearestOrEven)
            // By way of the whole number: minus zero does not come back from it.
            if abs(whole) < 9e15, let number = Int64(exactly: whole),
                Int64(bitPattern: (Double(number) / powers[decimals]).bitPattern) == words[index]
            {
                scaled.append(number)
                index += 1
            } else if decimals < decimalsMax, value.isFinite {
                decimals += 1
                scaled.removeAll(keepingCapacity: true)
                index = 0
            } else {
                return nil
            }
        }
        return (decimals, scaled)
    }

    /// All first bytes, then all second ones: exponents lie side by side.
    private static func shuffled(_ words: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(words.count * 8)
        for place in stride(from: 56, through: 0, by: -8) {
            for word in words { bytes.append(UInt8(truncatingIfNeeded: word >> Int64(place))) }
        }
        return bytes
    }

    private static func unshuffled(_ bytes: inout ArraySlice<UInt8>, _ count: Int) throws(Failure) -> [Int64] {
        guard count <= bytes.count / 8 else { throw Failure() }
        var words = [UInt64](repeating: 0, count: count)
        for place in 0..<8 {
            let base = bytes.startIndex + place * count
            for index in 0..<count { words[index] = words[index] << 8 | UInt64(bytes[base + index]) }
        }
        bytes.removeFirst(8 * count)
        return words.map { Int64(bitPattern: $0) }
    }

    // MARK: - Varints

    /// How many bytes a value takes.
    private static func length(_ value: UInt64) -> Int {
        max(1, (UInt64.bitWidth - value.leadingZeroBitCount + 6) / 7)
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func varint(_ bytes: inout ArraySlice<UInt8>) throws(Failure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = bytes.popFirst() {
            guard shift < 63 || byte <= 1 else { throw Failure() }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift <= 63 else { throw Failure() }
        }
        throw Failure()
    }
}
