import Foundation
import TwinCore

/// A journal folder as a test reads it.
struct Journal {
    var header: Header
    var lines: [Line] = []

    /// Reads all whole lines; nil while there is no header yet. A torn last line is none.
    init?(_ folder: String) throws {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder)  // no folder yet, no journal
        var header: Header?
        for name in (names ?? []).filter({ $0.hasSuffix(".jsonl") }).sorted() {
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
            let whole = data.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
            for (index, bytes) in whole.enumerated() {
                if index == 0 {
                    header = try header ?? Header(bytes: Array(bytes))
                } else if let header {
                    lines.append(try Line(bytes: Array(bytes), start: header.start, number: index + 1))
                }
            }
        }
        guard let header else { return nil }
        self.header = header
    }

    var marks: [Mark] { lines.compactMap { if case .mark(let mark) = $0.body { mark } else { nil } } }
    var arrivals: [Arrival] { lines.compactMap { if case .message(let arrival) = $0.body { arrival } else { nil } } }

    /// The arrivals up to the last mark: what came later is kept and not stepped.
    var stepped: [Arrival] {
        let end = lines.lastIndex { if case .mark = $0.body { true } else { false } } ?? 0
        return lines[..<end].compactMap { if case .message(let arrival) = $0.body { arrival } else { nil } }
    }

    /// Ticks closed so far; cheap enough to be asked often.
    static func ticks(_ folder: String) throws -> Int { try Journal(folder)?.marks.last?.tick ?? 0 }

    static func arrivals(_ folder: String) throws -> Int { try Journal(folder)?.arrivals.count ?? 0 }
}
