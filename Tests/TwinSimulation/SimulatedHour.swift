package import TwinConfiguration
import TwinBooks
import TwinCore
import TwinRuntime

/// One plant hour of the whole live pipeline in one thread, with the faults of a seed: processes of the twin, one after
/// the other, over one disk, one store and one broker.
package struct SimulatedHour {
    /// More processes than this come up in no hour.
    private static let startsMax = 2000
    /// After the faults the twin must be well within this time.
    private static let quietMax = Span.hours(3)
    private static let run = "7f3a9c21"
    static let folder = "/journal"

    let seed: UInt64
    let world: SimulatedWorld

    package init(seed: UInt64, config: SiteConfig, planted: PlantedFault? = nil) {
        self.seed = seed
        world = SimulatedWorld(seed: seed, config: config, planted: planted)
    }

    package func play() async -> Outcome {
        var digest = ""
        while world.ledger.count.starts < SimulatedHour.startsMax, world.now < world.end + SimulatedHour.quietMax {
            let isLast = world.isQuiet
            if let summary = await process(), isLast {
                world.ledger.check(summary)
                digest = summary.digest
                await checkEnd(summary)
                return outcome(digest)
            }
            world.advance(by: world.chance.seconds(world.chance.happens(0.8) ? 1...20 : 20...600))
        }
        world.ledger.violate(.comesUp, "the twin does not come up again")
        return outcome(digest)
    }

    private func outcome(_ digest: String) -> Outcome {
        Outcome(
            seed: seed, count: world.ledger.count, violations: world.ledger.violations, digest: digest,
            history: world.history)
    }

    /// Starts a process and lets it run to its end.
    /// - Returns: its summary; nil where it did not end in order.
    private func process() async -> Summary? {
        world.ledger.count { $0.starts += 1 }
        world.clocks.ask(toStop: false)
        let link = SimulatedLink(world)
        var summary: Summary?
        do {
            summary = try await live(link, store: world.store).run()
        } catch {
            judge(error)
        }
        let end = world.fuse.isBlown ? world.isPowerCut ? "power cut" : "killed" : "ended"
        world.note("process \(world.ledger.count.starts) \(end)")
        link.lose(for: Span(ms: 0))
        let isKilled = world.fuse.isBlown
        let isPowerCut = isKilled && world.isPowerCut
        if isKilled { world.ledger.count { $0.kills += isPowerCut ? 0 : 1 } }
        if isPowerCut { world.ledger.count { $0.powerCuts += 1 } }
        world.disk.die(isPowerCut: isPowerCut)
        world.store.die(isPowerCut: isPowerCut, isDeleted: isKilled && world.chance.happens(0.05))
        world.fuse.put(nil)
        return isKilled ? nil : summary
    }

    /// An error ends a process rightly where something outside failed.
    private func judge(_ error: any Error) {
        let text = "\(error)"
        if world.fuse.isBlown { return }
        world.note("gave up: \(text)")
        world.ledger.count { $0.failures += 1 }
        if text.contains("(simulated)"), !world.isQuiet { return }
        // Whoever sets the clock back behind the journal has to wait.
        if text.contains("ahead of the clock") { return }
        world.ledger.violate(.comesUp, "the twin gave up: \(text)")
    }

    func live(_ link: any Transport, store: any TwinStorePort) throws -> LiveLoop {
        let folder = JournalFolder(path: SimulatedHour.folder, disk: world.disk)
        let clocks = world.clocks
        let ledger = world.ledger
        var options = LiveOptions(wallNow: { clocks.wallNow })
        options.mode = world.plan.mode
        options.clock = world.plan.clock
        options.build = "simulated"
        options.seating = .plain
        options.inbox = world.inbox
        options.uptime = { clocks.uptime }
        options.waitsForBroker = world.plan.waitsForBroker
        options.shouldStop = { clocks.isStopping }
        options.onTick = { ledger.closed($0) }
        let run = try LiveLoop.existingRun(folder) ?? SimulatedHour.run
        options.claim = Claim(
            issuer: "twin-\(run)", instance: "process \(ledger.count.starts)", since: clocks.now, host: "", pid: 0)
        return LiveLoop(
            config: world.config, options: options, run: run, transport: link, folder: folder, store: store)
    }
}
