import TwinBooks
public import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinUnits

/// What may change while a run goes on.
extension TwinEngine {
    /// Does what a tick's instruction says, for the ticks that follow.
    /// - Parameter remarks: gets why a word of an operator does nothing.
    /// - Returns: an operator's word that it was, for people.
    func follow(_ instruction: Instruction, _ remarks: inout [String]) async -> HandChange? {
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
            return follow(json, at: state.grid.to(state.tick), &remarks)
        case .resume, .shed: break
        }
        return nil
    }

    /// A word of an operator, or of who may ask something. A running twin refuses what it cannot do before it is a line; in a
    /// recording it stands all the same, changes nothing, and is told.
    private func follow(_ json: JSON, at now: PlantTime, _ remarks: inout [String]) -> HandChange? {
        do throws(HandWord.Refusal) {
            if let word = try GridRequestWord(json, at: now) { return try follow(word, at: now) }
            guard let word = try HandWord(json, at: now, control: config.control(of:)) else { return nil }
            follow(word)
            return HandChange(word, config.control(of: word.path)?.action)
        } catch {
            remarks.append("an op line of \(now.rfc3339) does nothing: \(error.text)")
            return nil
        }
    }

    private func follow(_ word: GridRequestWord, at now: PlantTime) throws(HandWord.Refusal) -> HandChange? {
        var requests = state.requests ?? GridRequests()
        let plan = config.strategy == .optimiser ? dispatchPlan : nil
        guard
            let change = requests.take(
                word, plan: plan, beforeKW: netOfLastHalfHourKW(by: now), at: now, in: currency, idle: idleness)
        else {
            let why =
                switch word {
                case .withdraw(let id): "withdraw: no request is called \(id)"
                case .request(let request):
                    "request \(request.id): \(GridRequests.countMax) stand already; withdraw one"
                }
            throw HandWord.Refusal(text: why)
        }
        state.requests = requests
        return HandChange(change, AssetPath(.grid, config.grid.meter))
    }

    /// Of the newest tariffs, in which money is told.
    var currency: String { config.method.tariffs.last?.value.currency ?? "" }

    /// Why nothing that the twin decides is done; nil where the plant obeys it.
    var idleness: String? {
        if plan.isDeaf { return "the plant is a recording, which no command moves" }
        return state.mode == .control ? nil : "the mode is \(state.mode.rawValue)"
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
