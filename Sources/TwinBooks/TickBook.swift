import TwinCore
import TwinUnits

/// What is lost on the way, as shares of what is carried.
public struct LossFractions: Sendable, Hashable, Codable {
    /// Of the power delivered, between the bus and the meters of the loads.
    public var electricity: Double
    /// Of the heat in the hot-water network.
    public var heat: Double

    public init(electricity: Double, heat: Double) {
        self.electricity = electricity
        self.heat = heat
    }

    func share(_ bus: Bus) -> Double {
        switch bus {
        case .electricity: electricity
        case .heat: heat
        default: 0
        }
    }
}

/// What one tick put on each meter's line; the accounts follow from it.
struct TickBook: Sendable, Hashable {
    /// Which layout of the books it is booked by.
    var layout = 0
    /// In the order of the layout's chart.
    var lines: SumList
    var stepMs: Int64 = 0

    init(layout: Int = 0, lineCount: Int) {
        self.layout = layout
        lines = SumList(count: lineCount)
    }

    mutating func set(_ cell: Cell, line: Int) {
        let sum = AccountSum(cell.energy, measuredMs: cell.measuredMs, estimatedMs: cell.estimatedMs)
        lines[line] = sum
        stepMs = max(stepMs, sum.coveredMs)
    }

    /// Adds all accounts of the tick to `all`, which is empty, by `Account.index`. The grid meter is never adjusted:
    /// what it leaves over is `unmetered`. Without a meter reading for the whole tick, the grid is the remainder and
    /// estimated.
    /// - Parameter correction: of the grid's meter.
    func add(
        to all: inout SumList, _ chart: Chart, _ losses: LossFractions, _ correction: GridCorrection? = nil
    ) {
        if let correction {
            var corrected = self
            corrected.lines = correction.applied(to: lines, chart)
            return corrected.add(to: &all, chart, losses)
        }
        for (line, account) in chart.accountByLine.enumerated() { all[account] = all[account] + lines[line] }
        // An account is covered as far as its meters are in the mean.
        for (account, count) in chart.lineCounts where count > 1 {
            all[account].measuredMs /= count
            all[account].estimatedMs /= count
        }
        for bus in chart.balanced { balance(bus.sheet, &all, chart, losses.share(bus)) }
    }

    /// What is lost and what is left over. Where nobody meters what comes over the boundary, that is what is left over,
    /// and the remainder is 0.
    private func balance(_ sheet: Bus.Sheet, _ all: inout SumList, _ chart: Chart, _ lossFraction: Double) {
        let supplied = all.energy(sheet.supplied)
        let taken = all.energy(sheet.consumed) + all.energy(sheet.stored)
        // Losses are a share of what is carried: of what meters say was delivered, or, on a bus whose uses nobody meters
        // as a whole, of what it was given. The latter stand for a use that is estimated.
        let isUseMetered = sheet.imported != nil
        let losses = share(lossFraction, of: isUseMetered ? taken : supplied - inPlace(sheet.bus, chart) - taken)
        let estimatedMs = isUseMetered ? 0 : stepMs
        if let lost = sheet.lost {
            all[lost.index] = AccountSum(losses, measuredMs: 0, estimatedMs: estimatedMs)
        }
        let net = taken + losses - supplied
        if let imported = sheet.imported, let exported = sheet.exported, !hasMeter(of: imported, exported, chart) {
            // A meter that tells one way alone counts for that. What flows that way does not flow the other way in the same
            // step; where nothing does, the other way is what is left over.
            let isBoughtTold = isCovered(imported, chart)
            let isSoldTold = isCovered(exported, chart)
            let isBuying = isBoughtTold && all.energy(imported) > .zero
            let isSelling = isSoldTold && all.energy(exported) > .zero
            let bought = isBoughtTold ? all.energy(imported) : isSelling ? .zero : max(net, .zero)
            let sold = isSoldTold ? all.energy(exported) : isBuying ? .zero : max(-net, .zero)
            if !isBoughtTold { all[imported.index] = AccountSum(bought, measuredMs: 0, estimatedMs: stepMs) }
            if !isSoldTold { all[exported.index] = AccountSum(sold, measuredMs: 0, estimatedMs: stepMs) }
            if isBoughtTold || isSoldTold, let remainder = sheet.remainder {
                all[remainder.index] = AccountSum(bought - sold - net, measuredMs: 0, estimatedMs: estimatedMs)
            }
        } else if let remainder = sheet.remainder {
            let bought = sheet.imported.map { all.energy($0) } ?? .zero
            let sold = sheet.exported.map { all.energy($0) } ?? .zero
            all[remainder.index] = AccountSum(bought - sold - net, measuredMs: 0, estimatedMs: estimatedMs)
        }
    }

    /// What was made where it is used, and never saw the network.
    private func inPlace(_ bus: Bus, _ chart: Chart) -> Energy {
        chart.linesInPlace.reduce(.zero) { sum, line in
            chart.meters[line].account.row.bus == bus ? sum + lines[line].energy : sum
        }
    }

    private func share(_ fraction: Double, of energy: Energy) -> Energy {
        Energy(roundingWattSeconds: Double(energy.wattSeconds) * fraction)
    }

    /// Mean power at the bus that models filled in so far, kW, without the grid.
    func estimatedKW(_ chart: Chart) -> Double {
        guard stepMs > 0 else { return 0 }
        return chart.linesWithin.reduce(0) { sum, line in
            let power = abs(lines[line].energy.meanPower(milliseconds: stepMs).kilowatts)
            return sum + power * Double(lines[line].estimatedMs) / Double(stepMs)
        }
    }

    /// Whether import and export readings cover the whole tick.
    func hasGridMeter(_ chart: Chart) -> Bool { hasMeter(of: .gridImport, .gridExport, chart) }

    private func hasMeter(of imported: Account, _ exported: Account, _ chart: Chart) -> Bool {
        let imports = chart.linesByAccount[imported.index]
        let exports = chart.linesByAccount[exported.index]
        func isCovered(_ line: Int) -> Bool { lines[line].coveredMs == stepMs }
        return stepMs > 0 && !(imports.isEmpty && exports.isEmpty) && imports.allSatisfy(isCovered)
            && exports.allSatisfy(isCovered)
    }

    /// Whether all meters of an account tell of the whole tick.
    private func isCovered(_ account: Account, _ chart: Chart) -> Bool {
        let own = chart.linesByAccount[account.index]
        return stepMs > 0 && !own.isEmpty && own.allSatisfy { lines[$0].coveredMs == stepMs }
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
    /// What models filled in on either side of the bus.
    public var estimatedKW = 0.0
    public var isGridMeasured = false

    public init() {}

    init(_ all: SumList, estimatedKW: Double, isGridMeasured: Bool, _ step: Span) {
        func kilowatts(_ account: Account) -> Double {
            all[account.index].energy.meanPower(milliseconds: step.ms).kilowatts
        }
        importKW = kilowatts(.gridImport)
        exportKW = kilowatts(.gridExport)
        lossesKW = kilowatts(.losses)
        unmeteredKW = kilowatts(.unmetered)
        suppliedKW = Bus.electricity.sheet.sources.reduce(0) { $0 + kilowatts($1) }
        self.estimatedKW = estimatedKW
        self.isGridMeasured = isGridMeasured
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

    /// The next tick that is on the shelf.
    func start(after time: PlantTime) -> PlantTime? {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= time.ms { low = middle + 1 } else { high = middle }
        }
        return low < starts.count ? PlantTime(ms: starts[low]) : nil
    }

    /// Layouts that ticks are booked by.
    var layouts: Set<Int> { Set(books.map(\.layout)) }

    mutating func renumber(_ numbers: [Int: Int]) {
        for index in books.indices { books[index].layout = numbers[books[index].layout] ?? 0 }
    }

    /// Whether each tick has as many lines as its layout.
    func isWhole(_ lineCounts: [Int]) -> Bool {
        books.allSatisfy { lineCounts.indices.contains($0.layout) && $0.lines.count == lineCounts[$0.layout] }
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

    /// Ticks of one layout that follow each other.
    private struct Stretch: Codable {
        var layout: Int
        var lineCount: Int
        var ticks: PackedWords

        private enum Key: String, CodingKey { case layout, lineCount, ticks }

        init(layout: Int, lineCount: Int) {
            self.layout = layout
            self.lineCount = lineCount
            ticks = PackedWords(stride: Stretch.stride(lineCount))
        }

        static func stride(_ lineCount: Int) -> Int { 2 + lineCount * SumList.wordsPerSum }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            layout = try container.decode(Int.self, forKey: .layout)
            lineCount = min(max(try container.decode(Int.self, forKey: .lineCount), 0), 100_000)
            ticks = try PackedWords(
                from: container.superDecoder(forKey: .ticks), stride: Stretch.stride(lineCount))
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(layout, forKey: .layout)
            try container.encode(lineCount, forKey: .lineCount)
            try ticks.encode(to: container.superEncoder(forKey: .ticks))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var stretches: [Stretch] = []
        for (start, book) in zip(starts, books) {
            if stretches.last?.layout != book.layout {
                stretches.append(Stretch(layout: book.layout, lineCount: book.lines.count))
            }
            let last = stretches.count - 1
            stretches[last].ticks.append(start)
            stretches[last].ticks.append(book.stepMs)
            book.lines.pack(into: &stretches[last].ticks)
        }
        try stretches.encode(to: encoder)
    }

    init(from decoder: any Decoder) throws {
        for stretch in try [Stretch](from: decoder) {
            let words = stretch.ticks.words
            for place in Swift.stride(from: 0, to: words.count, by: Stretch.stride(stretch.lineCount)) {
                starts.append(words[place])
                var book = TickBook(layout: stretch.layout, lineCount: stretch.lineCount)
                book.stepMs = words[place + 1]
                book.lines = SumList(stretch.ticks, from: place + 2, count: stretch.lineCount)
                books.append(book)
            }
        }
    }
}
