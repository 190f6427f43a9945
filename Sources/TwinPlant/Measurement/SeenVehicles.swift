import TwinCore

/// Vehicles that were lined off lately, so that each counts once. An id that comes again after the horizon is taken for a
/// new vehicle, and what is remembered stays bounded. Large and small letters are the same.
struct SeenVehicles: Sendable, Codable {
    /// A working week: gateways repeat within hours, rework comes back within days.
    static let horizon = Span.days(5)
    /// A feed may invent ids without end; the oldest are forgotten beyond this.
    static let countMax = 200_000

    private var known: Set<Int64> = []
    /// In order of arrival, with the hour of it.
    private var ids: [Int64] = []
    private var times: [Int64] = []

    init() {}

    func contains(_ id: String) -> Bool { known.contains(SeenVehicles.word(id)) }

    /// False when the id is known.
    mutating func insert(_ id: String, at time: PlantTime) -> Bool {
        forget(before: time - SeenVehicles.horizon)
        let word = SeenVehicles.word(id)
        guard known.insert(word).inserted else { return false }
        ids.append(word)
        times.append(time.floored(to: .hours(1)).ms)
        return true
    }

    private mutating func forget(before time: PlantTime) {
        // In blocks: shifting the arrays at every vehicle would cost more than the memory.
        let old = times.count > SeenVehicles.countMax ? times.count - SeenVehicles.countMax / 2 : 0
        guard old > 0 || times.count >= 1024 && times[1023] < time.ms else { return }
        let count = max(old, times.prefix { $0 < time.ms }.count)
        for id in ids[..<count] { known.remove(id) }
        ids.removeFirst(count)
        times.removeFirst(count)
    }

    /// 48 bits of an id: among 200,000 two are alike by chance once in 14,000 such lists.
    private static func word(_ id: String) -> Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in id.lowercased().utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
        return Int64(bitPattern: (hash ^ (hash >> 29)) & 0xFFFF_FFFF_FFFF)
    }

    func encode(to encoder: any Encoder) throws {
        var packed = PackedWords(stride: 2)
        for (id, time) in zip(ids, times) {
            packed.append(id)
            packed.append(time)
        }
        try packed.encode(to: encoder)
    }

    init(from decoder: any Decoder) throws {
        let packed = try PackedWords(from: decoder, stride: 2)
        for place in stride(from: 0, to: packed.words.count, by: 2) {
            ids.append(packed.words[place])
            times.append(packed.words[place + 1])
        }
        known = Set(ids)
    }
}
