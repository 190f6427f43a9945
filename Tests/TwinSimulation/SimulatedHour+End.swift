import TwinBooks
import TwinCore
import TwinRuntime

extension SimulatedHour {
    /// What must be true when all is over: the journal holds what was owed, it steps to the same chain, and it makes the
    /// same books.
    func checkEnd(_ summary: Summary) async {
        checkLines(summary)
        // It steps everything once more: now and then is enough.
        if seed % 4 == 0 { await checkJournal(summary) }
        await checkBooks(summary)
    }

    private func checkLines(_ summary: Summary) {
        var keys: Set<Int> = []
        var messages = 0
        var marked = 0
        for segment in world.disk.contents(of: SimulatedHour.folder) {
            for line in segment.bytes.split(separator: 0x0A) {
                if let key = Ledger.key(line) {
                    keys.insert(key)
                    messages += 1
                } else if Ledger.isMark(line) {
                    marked = messages
                }
            }
        }
        world.ledger.isLeft(keys, owed: world.broker.owed)
        let counted = summary.counts.messages - summary.counts.shed
        if counted != marked {
            world.ledger.violate(
                .allIsCounted, "the books count \(counted) messages, the journal has \(marked) before its last mark")
        }
    }

    /// A twin that finds the journal and no store makes the books that the store has.
    private func checkBooks(_ summary: Summary) async {
        let other = MemoryStore(seed: seed, fuse: world.fuse)
        world.clocks.ask(toStop: true)
        do { _ = try await live(SimulatedLink(world), store: other).run() } catch {
            world.ledger.violate(.replays, "the journal does not step again: \(error)")
        }
        // It closes a tick that was due when the other was stopped; what it had before is compared.
        let (was, now) = (world.store.content, other.first)
        if now?.checkpoint?.cursor.chain != summary.digest {
            world.ledger.violate(.replays, "the journal does not step to the run's end, \(summary.digest)")
        }
        let (old, new) = (was.rows, now?.rows ?? [:])
        for start in Set(old.keys).union(new.keys).sorted() where old[start] != new[start] {
            world.ledger.violate(
                .replays, "the row of \(start.rfc3339) is another one when the journal is stepped again")
        }
    }

    private func checkJournal(_ summary: Summary) async {
        var check = JournalCheck(JournalFolder(path: SimulatedHour.folder, disk: world.disk))
        check.seating = .plain
        do {
            let finding = try await check.run()
            if finding?.digest != summary.digest {
                world.ledger.violate(.replays, "the journal ends with another chain")
            }
        } catch {
            world.ledger.violate(.replays, "the journal is not whole: \(error)")
        }
    }
}
