import TwinBooks
public import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinUnits

/// What may change while a run goes on.
extension TwinEngine {
    /// Does what a tick's instruction says, for the ticks that follow.
    /// - Returns: an operator's word that it was, for people.
    func follow(_ instruction: Instruction) async -> HandChange? {
        switch instruction {
        case .mode(let mode):
            guard mode != state.mode else { return nil }
            state.mode = mode
            // What a shadow wished was never asked of an asset: nothing is late, and everything is due.
            state.desk.takeUp(at: state.grid.to(state.tick))
        case .configuration(_, let config):
            state.configuration = config.hash
            state.epoch = config.epoch(at: state.grid.to(state.tick))
            await adopt(config)
        case .plan(let plan):
            // One that cannot be read is kept in the journal, and changes nothing.
            guard let read = DispatchPlan(plan) else { return nil }
            state.plan = plan.line
            dispatchPlan = read
        case .link: break  // heard before the alarms of its tick
        case .operation(let json):
            var troubles = state.troubles ?? SiteTroubles()
            if troubles.take(json) {
                state.troubles = troubles.isEmpty ? nil : troubles
                return nil
            }
            // One that does nothing is kept in the journal, and was refused where somebody could read it.
            let now = state.grid.to(state.tick)
            if let word = try? GridRequestWord(json, at: now) {  // see above
                let plan = config.strategy == .optimiser ? dispatchPlan : nil
                var requests = state.requests ?? GridRequests()
                let change = requests.take(word, plan: plan, beforeKW: netOfLastHalfHourKW(by: now), at: now)
                state.requests = requests.records.isEmpty ? nil : requests
                return change.map { HandChange($0, AssetPath(.grid, config.grid.meter)) }
            }
            let word = try? HandWord(json, at: state.grid.to(state.tick), control: config.control(of:))  // see above
            guard let word else { return nil }
            follow(word)
            return HandChange(word, config.control(of: word.path)?.action)
        case .resume, .shed: break
        }
        return nil
    }

    /// Import less export, mean of the last half hour that is over, kW; nil where none is.
    private func netOfLastHalfHourKW(by now: PlantTime) -> Double? {
        state.books.rows.last { $0.start + settlementPeriod <= now }.map { row in
            (row[.gridImport].energy - row[.gridExport].energy).meanPower(milliseconds: settlementPeriod.ms).kilowatts
        }
    }

    private func follow(_ word: HandWord) {
        state.hand.take(word)
        // What is paused is commanded by nobody: nothing of it is late, and all is due when it is released.
        if case .order(let order) = word, order.value == nil { state.desk.keep { $0 != order.path } }
    }

    /// Dated values change with the tick that begins at or after their date: that follows from the configuration.
    func changeEpoch() async {
        let epoch = family.epoch(at: state.grid.to(state.tick))
        guard epoch != state.epoch else { return }
        state.epoch = epoch
        await adopt(family)
    }

    /// Seats the components of another configuration. Assets keep their state by path and kind; a new one starts as at the
    /// beginning of a run.
    private func adopt(_ other: SiteConfig) async {
        let before = seats
        setUp(other)
        for seat in seats {
            guard let old = before.first(where: { $0.name == seat.name }) else { continue }
            await seat.adopt(old)
        }
        state.books.change(chart: config.method.chart, losses: config.losses)
        let paths = config.paths
        state.desk.keep { paths.contains($0) }
        state.hand.keep { paths.contains($0) }
        state.signals = config.signals.map { mapping in
            var memory = state.signals ?? SignalMemory()
            memory.keep(mapping)
            return memory
        }
    }

    // MARK: - Checkpoint

    /// Everything that `restore` needs to go on as if nothing had happened.
    public func checkpoint() async throws -> [UInt8] {
        var checkpoint = Checkpoint()
        checkpoint.append(try Checkpoint.Section(state))
        for seat in seats { checkpoint.append(try await seat.snapshot()) }
        return checkpoint.bytes
    }

    /// Goes on from a checkpoint, with the configuration that was in force there.
    public func restore(_ bytes: [UInt8], configurations: ConfigurationSource) async throws {
        let checkpoint = try Checkpoint(bytes)
        guard let first = checkpoint.sections.first else { throw Checkpoint.damaged }
        let restored = try first.value(TwinState.self)
        let config = try restored.configuration == family.hash ? family : configurations(restored.configuration)
        let old = (family: family, state: state)
        state.epoch = restored.epoch
        setUp(config)
        do {
            guard checkpoint.sections.count == seats.count + 1 else { throw Checkpoint.damaged }
            for (seat, section) in zip(seats, checkpoint.sections.dropFirst()) { try await seat.restore(section) }
        } catch {
            state = old.state
            setUp(old.family)
            throw error
        }
        state = restored
        let line = restored.plan.flatMap { text in
            try? JSONReader.read(Array(text.utf8))  // our own line, read when it was taken
        }
        dispatchPlan = line.flatMap(DispatchPlan.init)
    }
}
