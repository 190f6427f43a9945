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
        var packed = PackedWords()
        for (start, book) in zip(starts, books) {
            packed.append(start)
            packed.append(book.stepMs)
            for sum in book.sums {
                packed.append(sum.energy.wattSeconds)
                packed.append(sum.measuredMs | sum.estimatedMs << 32)
            }
        }
        try packed.encode(to: encoder)
    }

    init(from decoder: any Decoder) throws {
        let stride = 2 + TickBook.metered.count * 2
        let words = try PackedWords(from: decoder, stride: stride).words
        for place in Swift.stride(from: 0, to: words.count, by: stride) {
            starts.append(words[place])
            var book = TickBook()
            book.stepMs = words[place + 1]
            for index in book.sums.indices {
                book.sums[index].energy = Energy(wattSeconds: words[place + 2 + index * 2])
                book.sums[index].measuredMs = words[place + 3 + index * 2] & 0xFFFF_FFFF
                book.sums[index].estimatedMs = words[place + 3 + index * 2] >> 32
            }
            books.append(book)
        }
    }
}
