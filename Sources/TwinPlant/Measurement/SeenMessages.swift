import TwinCore

/// The messages of one asset that were seen last, to tell repeats; packed when a checkpoint is written.
struct SeenMessages: Sendable, Codable {
    /// What a message is known by beside its `ts`.
    enum Kind: Int64, Sendable {
        /// Its `seq`.
        case sequence
        /// A hash of its bytes, where it has no `seq`.
        case bytes
    }

    struct Mark: Sendable, Equatable {
        var ts: PlantTime
        var kind: Kind
        var word: Int64
    }

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

    func encode(to encoder: any Encoder) throws {
        var packed = PackedWords(stride: 3)
        for mark in marks {
            packed.append(mark.ts.ms)
            packed.append(mark.kind.rawValue)
            packed.append(mark.word)
        }
        try packed.encode(to: encoder)
    }

    init(from decoder: any Decoder) throws {
        let packed = try PackedWords(from: decoder, stride: 3)
        marks = try stride(from: 0, to: packed.words.count, by: 3).map { place in
            guard let kind = Kind(rawValue: packed.words[place + 1]) else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "a seen message is of no known kind"))
            }
            return Mark(ts: PlantTime(ms: packed.words[place]), kind: kind, word: packed.words[place + 2])
        }
        latest = marks.map(\.ts).max() ?? latest
    }
}
