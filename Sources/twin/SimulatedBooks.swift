import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime

/// The rows of a simulated run on their way into a store, a week in one transaction.
final class SimulatedBooks {
    private let store: any StoreWriting
    private let chart: Chart
    private var batch: StoreBatch

    /// - Parameter path: of the store, for messages.
    init(
        _ store: any StoreWriting, at path: String, _ config: SiteConfig, from: PlantTime, seed: UInt64,
        _ facts: RunFacts
    ) throws {
        self.store = store
        chart = config.method.chart
        let day = config.zone.text(from).prefix(10).replacing("-", with: "")
        let identity = RunIdentity(
            site: config.site, run: "sim\(day)s\(seed)", start: from, config: config.hash, build: Build.id)
        if try store.begin(identity) != nil {
            throw Failure("\(path): holds this run already; name a new --store", exitCode: 73)
        }
        batch = StoreBatch(chart)
        batch.configurations = [ConfigurationInForce(config, from: from)]
        batch.facts = facts
        // It may hold the first part of a simulation that was killed.
        batch.replacesAll = true
    }

    func add(_ row: PeriodRow) throws {
        batch.rows.append(row)
        if batch.rows.count >= 7 * 48 { try commit() }
    }

    /// Marks the run as whole: there is nothing that could go on from here.
    func finish(_ facts: RunFacts) throws {
        batch.facts = facts
        batch.checkpoint = []
        batch.cursor = JournalCursor(segment: "", offset: 0, tick: 0, chain: "")
        try commit()
    }

    private func commit() throws {
        try store.write(batch)
        batch = StoreBatch(chart)
    }
}
