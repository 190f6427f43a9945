import TwinCore
import TwinUnits

/// What one tick put on the metered accounts; the others follow from it.
struct TickBook: Sendable, Hashable {
    static let metered: [Account] = [
        .wind, .storageDischarge, .storageCharge, .gridImport, .gridExport, .load, .gas,
    ]

    /// In the order of `metered`.
    var sums = [AccountSum](repeating: AccountSum(), count: TickBook.metered.count)
    var stepMs: Int64 = 0

    mutating func set(_ cell: Cell) {
        guard let index = TickBook.metered.firstIndex(of: cell.account) else { return }
        sums[index].energy = cell.energy
        sums[index].measuredMs = cell.measuredMs
        sums[index].estimatedMs = cell.estimatedMs
        stepMs = max(stepMs, cell.measuredMs + cell.estimatedMs)
    }

    /// All accounts of the tick, by `Account.index`. The grid meter is never adjusted: what it leaves over is
    /// `unmetered`. Without a meter reading for the whole tick, the grid is the remainder and estimated.
    func accounts(_ lossFraction: Double) -> [AccountSum] {
        var all = [AccountSum](repeating: AccountSum(), count: Account.allCases.count)
        for (sum, account) in zip(sums, TickBook.metered) { all[account.index] = sum }
        func ws(_ account: Account) -> Int64 { all[account.index].energy.wattSeconds }
        let delivered = ws(.load) + ws(.storageCharge)
        let losses = Int64(saturatingRound: Double(delivered) * lossFraction)
        all[Account.losses.index].energy = Energy(wattSeconds: losses)
        let sources = ws(.wind) + ws(.storageDischarge)
        if hasGridMeter {
            let unmetered = sources + ws(.gridImport) - delivered - ws(.gridExport) - losses
            all[Account.unmetered.index].energy = Energy(wattSeconds: unmetered)
        } else {
            let net = delivered + losses - sources
            setEstimated(.gridImport, max(net, 0), &all)
            setEstimated(.gridExport, max(-net, 0), &all)
        }
        return all
    }

    /// Whether import and export readings cover the whole tick.
    var hasGridMeter: Bool {
        let grid = [sums[3], sums[4]]
        return stepMs > 0 && grid.allSatisfy { $0.measuredMs + $0.estimatedMs == stepMs }
    }

    private func setEstimated(_ account: Account, _ ws: Int64, _ all: inout [AccountSum]) {
        all[account.index].energy = Energy(wattSeconds: ws)
        all[account.index].measuredMs = 0
        all[account.index].estimatedMs = stepMs
    }
}

/// The balance of one tick at the plant bus, mean power over the tick.
public struct TickBalance: Sendable, Hashable {
    public var importKW = 0.0
    public var exportKW = 0.0
    public var lossesKW = 0.0
    public var unmeteredKW = 0.0
    /// All that came onto the bus.
    public var suppliedKW = 0.0
    public var isGridMeasured = false

    public init() {}

    init(_ book: TickBook, _ lossFraction: Double, _ step: Span) {
        let all = book.accounts(lossFraction)
        func kilowatts(_ account: Account) -> Double {
            all[account.index].energy.meanPower(milliseconds: step.ms).kilowatts
        }
        importKW = kilowatts(.gridImport)
        exportKW = kilowatts(.gridExport)
        lossesKW = kilowatts(.losses)
        unmeteredKW = kilowatts(.unmetered)
        suppliedKW = kilowatts(.wind) + kilowatts(.storageDischarge) + importKW
        isGridMeasured = book.hasGridMeter
    }
}

/// Ticks by their start, ascending; packed when a checkpoint is written.
struct TickShelf: Sendable, Codable {
    private var starts: [Int64] = []
    private var books: [TickBook] = []

    subscript(start: PlantTime) -> TickBook? {
        guard let index = index(of: start.ms) else { return nil }
        return books[index]
    }

    mutating func set(_ start: PlantTime, _ book: TickBook) {
        if let index = index(of: start.ms) {
            books[index] = book
        } else {
            // A tick is first set when it is stepped, so always at the end.
            starts.append(start.ms)
            books.append(book)
        }
    }

    mutating func forget(before time: PlantTime) {
        let count = starts.prefix { $0 < time.ms }.count
        // Dropped in blocks: shifting the arrays at every tick would cost more than the memory.
        guard count >= 64 else { return }
        starts.removeFirst(count)
        books.removeFirst(count)
    }

    private func index(of start: Int64) -> Int? {
        if let last = starts.last, last == start { return starts.count - 1 }
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] < start { low = middle + 1 } else { high = middle }
        }
        return low < starts.count && starts[low] == start ? low : nil
    }

    init() {}

    func encode(to encoder: any Encoder) throws {
        var bytes: [UInt8] = []
        func put(_ value: Int64) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
        for (start, book) in zip(starts, books) {
            put(start)
            put(book.stepMs)
            for sum in book.sums {
                put(sum.energy.wattSeconds)
                put(sum.measuredMs | sum.estimatedMs << 32)
            }
        }
        var container = encoder.singleValueContainer()
        try container.encode(Base64.encode(bytes))
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let stride = 16 + TickBook.metered.count * 16
        guard let bytes = Base64.decode(try container.decode(String.self)), bytes.count % stride == 0 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a packed shelf of ticks")
        }
        func word(_ offset: Int) -> Int64 {
            var value: UInt64 = 0
            for index in 0..<8 { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
            return Int64(bitPattern: value)
        }
        for offset in Swift.stride(from: 0, to: bytes.count, by: stride) {
            starts.append(word(offset))
            var book = TickBook()
            book.stepMs = word(offset + 8)
            for index in book.sums.indices {
                let place = offset + 16 + index * 16
                book.sums[index].energy = Energy(wattSeconds: word(place))
                book.sums[index].measuredMs = word(place + 8) & 0xFFFF_FFFF
                book.sums[index].estimatedMs = word(place + 8) >> 32
            }
            books.append(book)
        }
    }
}
