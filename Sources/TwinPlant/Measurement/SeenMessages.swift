import TwinCore

/// The messages of one asset that were seen last, to tell repeats; packed when a checkpoint is written.
///
/// A repeat is the same in every byte, `ts` and `seq` among them. A gateway that sends one key a message gives all messages
/// of a cycle one `ts` and one `seq`: those are no repeats.
struct SeenMessages: Sendable, Codable {
    struct Mark: Sendable, Equatable {
        var ts: PlantTime
        var bytesHash: UInt64
    }

    /// Stands in a checkpoint between `ts` and hash; older builds knew messages by their `seq` too, and wrote 0 there.
    private static let hashed: Int64 = 1

    static let countMax = 256

    private var marks: [Mark] = []
    /// No mark is later: nearly every message brings a newer stamp and needs no search.
    private var latest = PlantTime.earliest

    init() {}

    func holds(_ mark: Mark) -> Bool { mark.ts <= latest && marks.contains(mark) }

    mutating func note(_ mark: Mark) {
        latest = max(latest, mark.ts)
        if marks.count == SeenMessages.countMax { marks.removeFirst(SeenMessages.countMax / 2) }
        marks.append(mark)
    }

    /// Forgets messages that would be refused as too old, some at a time: a shift at every step would cost more than they.
    mutating func forget(before time: PlantTime) {
        guard marks.count > SeenMessages.blockMin, marks[SeenMessages.blockMin - 1].ts < time else { return }
        marks.removeFirst(SeenMessages.blockMin)
    }

    private static let blockMin = 16

    func encode(to encoder: any Encoder) throws {
        var packed = PackedWords(stride: 3)
        for mark in marks {
            packed.append(mark.ts.ms)
            packed.append(SeenMessages.hashed)
            packed.append(Int64(bitPattern: mark.bytesHash))
        }
        try packed.encode(to: encoder)
    }

    init(from decoder: any Decoder) throws {
        let packed = try PackedWords(from: decoder, stride: 3)
        for place in stride(from: 0, to: packed.words.count, by: 3)
        where packed.words[place + 1] == SeenMessages.hashed {
            let hash = UInt64(bitPattern: packed.words[place + 2])
            marks.append(Mark(ts: PlantTime(ms: packed.words[place]), bytesHash: hash))
        }
        latest = marks.map(\.ts).max() ?? latest
    }
}
