import Glibc
import Synchronization
import TwinCore

/// Standard error that may be closed, full, or read by nobody: what it does not take is dropped and counted, and the
/// program goes on.
enum StandardError {
    /// A pipe that is ready takes so many bytes at once.
    private static let chunk = 4096
    /// How long a line waits for a slow reader. After one that waited in vain the next ones do not wait.
    private static let patienceMs: Int32 = 200

    private static let dropped = Mutex(0)

    /// Writes a line, without what a terminal would obey.
    static func write(_ line: String) { put(line.printable + "\n", isLine: true) }

    /// Writes bytes as they are: a progress bar.
    static func show(_ text: String) { put(text, isLine: false) }

    private static func put(_ text: String, isLine: Bool) {
        dropped.withLock { dropped in
            if isLine, dropped > 0, send("… \(dropped) lines were dropped: standard error took none\n", wait: 0) {
                dropped = 0
            }
            if !send(text, wait: dropped == 0 ? patienceMs : 0), isLine { dropped += 1 }
        }
    }

    /// False when it was not written.
    private static func send(_ text: String, wait: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var place = 0
        while place < bytes.count {
            var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
            guard poll(&descriptor, 1, wait) == 1 else { return false }
            let written = bytes[place..<min(place + chunk, bytes.count)].withUnsafeBytes {
                Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            guard written > 0 || errno == EINTR else { return false }
            place += max(0, written)
        }
        return true
    }
}
