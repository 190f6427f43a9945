import Foundation
import Glibc
import HostileInputs

/// Mutated inputs through everything that reads, as `make hostile` wants it: `HostileBench SEED CASES`.
///
/// Prints the slowest input of each kind, the most memory, and for each what repeats it. A crash prints the same first.
@main
struct HostileBench {
    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        let (seed, cases) = (numbers.first ?? 1, numbers.dropFirst().first ?? 1_000_000)
        let rounds = max(1, cases / UInt64(HostileRounds.size))
        CrashNote.install()
        var run = try HostileRounds()
        let begun = ContinuousClock.now
        for round in 0..<rounds {
            let own = seed &+ round
            try await run.run(seed: own) { CrashNote.set("\($0.rawValue): \(repeated(own))") }
            guard round % 50 == 49 else { continue }
            print("\(run.inputs) inputs, \(memoryMB()) MB")
            // Somebody may read it in a file.
            fflush(nil)
        }
        let seconds = (ContinuousClock.now - begun) / .seconds(1)
        print("\(run.inputs) inputs in \(Int(seconds)) s, \(Int(Double(run.inputs) / max(seconds, 0.001))) a second")
        var worst = 0.0
        for kind in HostileKind.allCases {
            guard let slowest = run.slowest[kind] else { continue }
            let ms = slowest.time / .milliseconds(1)
            worst = max(worst, ms)
            print("slowest \(kind.rawValue): \(Int(ms.rounded(.up))) ms, \(repeated(slowest.seed))")
        }
        print("most memory: \(memoryMB()) MB")
        if worst > 1000 || memoryMB() > 200 { exit(1) }
    }

    private static func repeated(_ seed: UInt64) -> String { "make hostile SEED=\(seed) CASES=\(HostileRounds.size)" }

    /// The most that the process held, from proc(5).
    private static func memoryMB() -> Int {
        // A system without it has no figure.
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""  // see above
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) / 1024
    }
}

/// What a process that crashes still says: written beforehand, as a signal handler may not make a text.
private enum CrashNote {
    // Only written between inputs and only read by the handler.
    nonisolated(unsafe) private static let note = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256)
    nonisolated(unsafe) private static var length = 0

    static func set(_ text: String) {
        let bytes = Array("\ncrashed in \(text)\n".utf8.prefix(note.count))
        _ = note.update(from: bytes)
        length = bytes.count
    }

    static func install() {
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
            signal(number) { number in
                _ = write(STDERR_FILENO, CrashNote.note.baseAddress, CrashNote.length)
                _exit(128 + number)
            }
        }
    }
}
