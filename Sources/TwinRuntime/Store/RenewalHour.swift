public import TwinCore
public import TwinDispatch
import TwinFiles

/// Renewals of one set-point's lease within an hour: which they were and what became of them.
public struct RenewalHour: Sendable, Hashable {
    public struct Renewal: Sendable, Hashable {
        public var tick: Int
        public var n: Int
        /// Nil while it is pending.
        public var fate: CommandDesk.Fate?

        public init(tick: Int, n: Int, fate: CommandDesk.Fate?) {
            self.tick = tick
            self.n = n
            self.fate = fate
        }
    }

    public struct Damaged: Error, Sendable, Hashable {}

    public var asset: AssetPath
    /// When the set-point was first commanded.
    public var since: PlantTime
    public var hour: PlantTime
    /// In the order of their ids.
    public private(set) var renewals: [Renewal] = []

    public init(_ asset: AssetPath, since: PlantTime, hour: PlantTime) {
        self.asset = asset
        self.since = since
        self.hour = hour
    }

    /// A renewal that is known already keeps its fate until another one is told.
    public mutating func add(_ renewal: Renewal) {
        let index = renewals.partitioningIndex { ($0.tick, $0.n) >= (renewal.tick, renewal.n) }
        if index < renewals.count, (renewals[index].tick, renewals[index].n) == (renewal.tick, renewal.n) {
            renewals[index].fate = renewal.fate ?? renewals[index].fate
        } else {
            renewals.insert(renewal, at: index)
        }
    }

    public func count(_ fate: CommandDesk.Fate) -> Int { renewals.count { $0.fate == fate } }

    // MARK: - Columns

    private static let format: UInt8 = 1
    private static let fates: [CommandDesk.Fate?] = [nil, .accepted, .rejected, .expired]

    public func packed() -> [UInt8] {
        var bytes = [RenewalHour.format]
        ColumnCodec.pack(renewals.map { Int64($0.tick) }, into: &bytes)
        ColumnCodec.pack(renewals.map { Int64($0.n) }, into: &bytes)
        ColumnCodec.pack(
            renewals.map { renewal in Int64(RenewalHour.fates.firstIndex { $0 == renewal.fate } ?? 0) }, into: &bytes)
        return PackedBlob.pack(bytes)
    }

    public init(_ asset: AssetPath, since: PlantTime, hour: PlantTime, packed: [UInt8]) throws(Damaged) {
        self.init(asset, since: since, hour: hour)
        do { try unpack(packed) } catch { throw Damaged() }
    }

    private mutating func unpack(_ packed: [UInt8]) throws {
        guard var bytes = PackedBlob.unpack(packed)?[...] else { throw Damaged() }
        guard bytes.popFirst() == RenewalHour.format else { throw Damaged() }
        let ticks: [Int64] = try ColumnCodec.unpack(&bytes)
        let numbers: [Int64] = try ColumnCodec.unpack(&bytes)
        let fates: [Int64] = try ColumnCodec.unpack(&bytes)
        guard ticks.count == numbers.count, ticks.count == fates.count, bytes.isEmpty else { throw Damaged() }
        for (tick, (n, fate)) in zip(ticks, zip(numbers, fates)) {
            guard let tick = Int(exactly: tick), let n = Int(exactly: n), let index = Int(exactly: fate),
                RenewalHour.fates.indices.contains(index)
            else { throw Damaged() }
            add(Renewal(tick: tick, n: n, fate: RenewalHour.fates[index]))
        }
    }
}
