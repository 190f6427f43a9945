import ArgumentParser
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinReports
import TwinRuntime
import TwinStore

extension SimulateCommand {
    /// Steps a past of the plant into a store, stage by stage, and prints what its years came to.
    func writeHistory(_ config: SiteConfig, to path: String, _ progress: Progress) throws {
        guard let told = config.history else {
            throw Failure(
                "\(common.folder): has no history.yaml to tell what the plant was; see \(Self.historyConfig)",
                exitCode: 78)
        }
        let history = try SimulatedHistory(told, of: config, seed: seed)
        guard let begin = history.stages.first?.from, let end = history.stages.last?.to else { return }
        let lock = try RunLocks.lockStore(path)
        defer { lock.release() }
        let store = try openStore(path)
        let step = step ?? settlementPeriod
        for stage in history.stages {
            let began = ContinuousClock.now
            var facts = RunFacts(
                stepS: Int(step.ms / 1000), mode: control == .none ? .off : .control, loop: .closed)
            let books = try SimulatedBooks(store, at: path, stage.config, from: stage.from, seed: seed, facts)
            var run = stage.run(step: step, control: control)
            let before = (stage.from - begin).hours
            try run.forEachRow(
                onProgress: { share in
                    let done = before + share * (stage.to - stage.from).hours
                    progress.show(done / (end - begin).hours)
                    return !Terminal.isStopped
                }, books.add)
            if Terminal.isStopped { return }
            facts.wallS = (ContinuousClock.now - began) / .seconds(1)
            try books.finish(facts)
        }
        progress.end()
        let years = try store.summaryByYear(config.method).map(\.summary)
        if common.json {
            StandardOutput.write(HistoryText.json(years, site: config.site))
        } else {
            for line in HistoryText.lines(years, zone: config.zone) { StandardOutput.write(line) }
        }
        common.say("store: \(path)")
    }
}
