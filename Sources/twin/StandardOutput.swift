import Glibc
import Synchronization
import TwinCore

/// All that commands print: whatever it was made of, a terminal only shows it.
enum StandardOutput {
    private struct State {
        var waiting: [UInt8] = []
        /// Of the first write that was refused.
        var failure: Int32 = 0

        mutating func flush() {
            var written = 0
            while written < waiting.count, failure == 0 {
                let count = waiting[written...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
                if count >= 0 { written += count } else if errno != EINTR { failure = errno }
            }
            waiting.removeAll(keepingCapacity: true)
        }
    }

    private static let state = Mutex(State())
    private static let isTerminal = isatty(STDOUT_FILENO) == 1
    private static let blockBytes = 1 << 16

    /// One line. A line end inside would let a name from outside say a line of its own.
    static func write(_ line: String, ending: String = "") { put(line.printable + ending + "\n") }

    static func write(_ json: JSON) { put(json.printableLine + "\n") }

    /// A text of our own making, with its line ends.
    static func show(_ text: String) { put(text.printableLines) }

    private static func put(_ text: String) {
        state.withLock { state in
            state.waiting.append(contentsOf: text.utf8)
            if isTerminal || state.waiting.count >= blockBytes { state.flush() }
        }
    }

    /// Hands over what waits.
    /// - Throws: when a part of the output was lost. Whoever closed a pipe wants no more: that is no failure.
    static func finish() throws(Failure) {
        let failure = state.withLock { state in
            state.flush()
            return state.failure
        }
        guard failure != 0, failure != EPIPE else { return }
        throw Failure(
            "standard output: cannot write (\(String(cString: strerror(failure)))), so what was printed is not whole",
            exitCode: 74)
    }
}
