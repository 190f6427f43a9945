import Dispatch
import Synchronization
import TwinCore
import TwinFiles

/// What people did, in a file that only grows. It is written on a thread of its own, which may wait for the disk.
final class AuditLog: Sendable {
    private let queue = DispatchQueue(label: "twin-audit")
    private let path: String?
    private let file = Mutex<LineFile?>(nil)
    private let onTrouble: @Sendable (String) -> Void
    private let refusals = Mutex(Refusals())

    /// - Parameter path: nil keeps nothing.
    init(_ path: String?, onTrouble: @escaping @Sendable (String) -> Void) {
        (self.path, self.onTrouble) = (path, onTrouble)
    }

    /// Where the log of a store is: beside it.
    static func file(besideStore store: String) -> String {
        (store.hasSuffix(".sqlite") ? String(store.dropLast(7)) : store) + ".audit.jsonl"
    }

    /// Keeps an entry.
    /// - Throws: where the disk does not take it; what holds by being kept does not hold then.
    func keep(_ entry: AuditEntry) async throws {
        guard path != nil else { return }
        do {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                queue.async { continuation.resume(with: Result { try self.write(entry) }) }
            }
        } catch {
            onTrouble("the log of what people do cannot be written: \(error)")
            throw WebError.unavailable("it could not be kept, so nothing was changed; see the messages of the twin")
        }
    }

    /// Keeps an entry of something that holds anyway.
    func tell(_ entry: AuditEntry) async { try? await keep(entry) }  // the trouble was told

    private func write(_ entry: AuditEntry) throws {
        guard let path else { return }
        try file.withLock { file in
            if file == nil { file = try LineFile(path: path) }
            try file?.add(Array(entry.json.printableLine.utf8))
        }
    }

    /// Keeps an entry of something that was refused. Who asks for it again and again does not fill the disk: after the first
    /// hundred one a second is kept, and says how many were left out before it.
    func tellRefused(_ entry: AuditEntry) async {
        let now = Double(entry.t.ms) / 1000
        let left: Int? = refusals.withLock { refusals in
            guard refusals.bucket.take(at: now, perSecond: 1, most: Refusals.atOnce) else {
                refusals.left += 1
                return nil
            }
            defer { refusals.left = 0 }
            return refusals.left
        }
        guard let left else { return }
        var entry = entry
        if entry.about.bytes.count > AuditLog.refusedBytesMax { entry.about = .string("too long to be kept") }
        if left > 0 { entry.answer += " (\(left) more refused before this are not kept)" }
        await tell(entry)
    }

    /// Of what was asked for, where it was refused.
    static let refusedBytesMax = 1024

    private struct Refusals {
        static let atOnce = 100.0

        var bucket = TokenBucket(full: atOnce, at: 0)
        var left = 0
    }

    /// What an earlier start kept; nothing where there is no file. A line that is none is passed over.
    func forEach(_ body: (AuditEntry) -> Void) {
        guard let path, let reader = try? LineReader(path: path) else { return }  // there was no earlier start
        while let line = reader.next() {
            guard case .line(let bytes) = line, let json = try? JSONReader.read(bytes),  // cut off by a power cut
                let entry = AuditEntry(json)
            else { continue }
            body(entry)
        }
    }
}
