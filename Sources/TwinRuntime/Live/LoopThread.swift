import Foundation
import Synchronization

/// A thread of its own for a loop that waits for its transport: what else lives in the process, such as a server or a
/// planner, keeps the shared threads.
///
/// Everything that is awaited under its preference runs here, so the loop's actors cost no switch between threads.
public final class LoopThread: TaskExecutor {
    private let queue = Queue()

    public init(name: String) {
        let thread = Thread { [queue] in
            // The executor lives as long as the process: it is made once a run.
            while true { queue.next().run() }
        }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        queue.put(Work(job: job, executor: executor))
    }

    private struct Work: Sendable {
        var job: UnownedJob
        var executor: UnownedTaskExecutor

        func run() { job.runSynchronously(on: executor) }
    }

    /// Blocks its reader while it is empty.
    private final class Queue: Sendable {
        private let works = Mutex<[Work]>([])
        private let signal = DispatchSemaphore(value: 0)

        func put(_ work: Work) {
            works.withLock { $0.append(work) }
            signal.signal()
        }

        func next() -> Work {
            while true {
                signal.wait()
                if let work = works.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return work }
            }
        }
    }
}
