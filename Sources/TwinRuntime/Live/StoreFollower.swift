import TwinCore

/// Why a store does not do what it was asked.
public protocol StoreFault: Error, CustomStringConvertible {
    /// Whether it may do it later, or once it was made anew: it is locked, full, damaged or gone. False for a file that is
    /// somebody else's, which must not be touched.
    var isPassing: Bool { get }
}

/// The store beside a live run. The journal is the truth and the store its cache: while it cannot be written it falls
/// behind, and is made up from the journal when it can.
final class StoreFollower {
    /// How long a store that failed is left alone.
    static let retryAfter = Span.seconds(10)
    /// How long the loop steps for the store at a time.
    private static let slice = Span(ms: 50)

    private(set) var port: (any TwinStorePort)?
    private(set) var isBehind: Bool
    private let reopen: (@Sendable () throws -> any TwinStorePort)?
    private var pass: JournalPass?
    private var retryAt = Span(ms: 0)

    init(_ port: (any TwinStorePort)?, reopen: (@Sendable () throws -> any TwinStorePort)?) {
        self.port = port
        self.reopen = reopen
        isBehind = port == nil
    }

    /// Opens it for a run.
    /// - Throws: what does not pass: the store is another run's or no store.
    /// - Returns: the checkpoint to go on from; nil without one, also while the store is behind.
    func begin(_ identity: RunIdentity, at uptime: Span) throws -> (checkpoint: StoredCheckpoint?, fault: String?) {
        guard let port, !isBehind else { return (nil, nil) }
        do { return (try port.begin(identity), nil) } catch let fault as any StoreFault where fault.isPassing {
            fallBehind(at: uptime)
            return (nil, "\(fault)")
        }
    }

    /// - Throws: whatever is wrong; then it falls behind.
    func write(_ batch: StoreBatch) throws {
        guard !isBehind, let port else { return }
        try port.write(batch)
    }

    func fallBehind(at uptime: Span) {
        isBehind = true
        pass = nil
        retryAt = uptime + StoreFollower.retryAfter
    }

    /// Works on catching up, for a moment.
    func follow(_ loop: LiveLoop) async throws {
        guard isBehind, loop.session != nil, loop.options.uptime() >= retryAt else { return }
        try await catchUp(loop, limit: StoreFollower.slice)
    }

    /// - Parameter limit: how long it may take.
    func catchUp(_ loop: LiveLoop, limit: Span) async throws {
        guard isBehind, let session = loop.session else { return }
        let begun = loop.options.uptime()
        do {
            if pass == nil { pass = try await begin(loop, session) }
            while loop.options.uptime() - begun <= limit {
                if try await step() { continue }
                guard let engine = pass?.engine, engine.state.tick < session.engine.state.tick else {
                    return try await handOver(loop)
                }
                try pass?.lookAgain()
            }
        } catch {
            fallBehind(at: loop.options.uptime())
            loop.storeTrouble(error)
        }
    }

    private func begin(_ loop: LiveLoop, _ session: LiveLoop.Session) async throws -> JournalPass {
        if let reopen { port = try reopen() }
        guard let port else { throw JournalProblem("there is no store", exitCode: 74) }
        let checkpoint = try port.begin(loop.identity(session.header))
        let configurations = loop.configurations
        let engine = TwinEngine(
            config: try configurations(session.header.config), plan: RunPlan(session.header), seating: .plain)
        return try await JournalPass(
            loop.folder, header: session.header, engine: engine, checkpoint: checkpoint, configurations: configurations)
    }

    private func step() async throws -> Bool {
        guard var pass else { return false }
        // Taken out while it changes: a second owner would make each change a copy.
        self.pass = nil
        let isStepped = try await pass.step()
        if isStepped, pass.engine.state.tick % ReplayLoop.marksPerTransaction == 0, let due = pass.feed.due() {
            try port?.write(due)
        }
        self.pass = pass
        return isStepped
    }

    /// The loop goes on with what the pass has gathered.
    private func handOver(_ loop: LiveLoop) async throws {
        guard var pass else { return }
        if let due = pass.feed.due() { try port?.write(due) }
        loop.session?.feed = pass.feed
        self.pass = nil
        isBehind = false
        loop.trouble(.ownStore, nil)
        try await loop.writeCheckpoint()
    }
}
