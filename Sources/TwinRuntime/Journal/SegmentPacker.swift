import Foundation
import Glibc
import Synchronization
import TwinFiles

/// Compresses closed segments beside the writer, one after the other. What is not done when the process ends is done
/// at the next start: a plain segment is as good as a compressed one.
final class SegmentPacker: SegmentPacking {
    private let queue = OperationQueue()
    private let isStopped = Atomic<Bool>(false)

    init() {
        queue.maxConcurrentOperationCount = 1
        queue.qualityOfService = .background
    }

    func add(_ path: String) {
        queue.addOperation { [self] in
            // A full disk shows at the writer; here only the space is not won.
            _ = try? SegmentPacker.pack(path) { isStopped.load(ordering: .relaxed) }
        }
    }

    /// Waits until all is done.
    func finish() { queue.waitUntilAllOperationsAreFinished() }

    /// Drops what is not done, within some milliseconds.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        queue.cancelAllOperations()
        queue.waitUntilAllOperationsAreFinished()
    }

    /// Compresses a closed segment `X.jsonl` to `X.jsonl.gz`, which takes its place.
    /// - Returns: false when it was stopped.
    static func pack(_ path: String, isStopped: () -> Bool = { false }) throws(FileProblem) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        // An archive may be at the same segment in another process; who comes second finds it gone.
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                throw .io(path: path, sentence: "cannot be locked (\(String(cString: strerror(errno))))")
            }
        }
        guard access(path, F_OK) == 0 else { return true }
        guard try WholeFile.compress(path, to: path + ".gz", isStopped: isStopped) else { return false }
        try WholeFile.remove(path)
        return true
    }
}

extension JournalFolder {
    /// Clears away what a crash left: drafts, and plain segments whose compressed form is there.
    ///
    /// Only for who holds the journal's lock. What cannot be removed does no harm, so nothing is said of it.
    func tidy() {
        guard let names = try? disk.names(in: path) else { return }  // see above
        let found = Set(names)
        for name in names {
            let isDraft = name.hasPrefix(".") && name.hasSuffix(".new")
            let isPacked = JournalSegment.number(inName: name) != nil && found.contains(name + ".gz")
            if isDraft || isPacked { try? disk.remove(file(name)) }  // see above
        }
    }
}
