import ArgumentParser
import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinReports
import TwinRuntime

/// `twin compare`: two runs side by side.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two runs: what one saves, and what a tonne costs.",
        usage: "twin compare <first> [<second>] [<options>]",
        discussion: """
            A run is a store or a replay file. Of one file alone the recording is compared with the same day as it is \
            dispatched (--loop closed), by plans or rules, or under another configuration (--with).

            EXAMPLES
              twin compare replay/sunderland-day.jsonl.gz
              twin compare monday.sqlite tuesday.sqlite --json
              twin compare day.jsonl.gz --with twin-config/sunderland-biomass
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "Store or replay file.")
    var first: String

    @Argument(help: "Store or replay file; default the first one as it is dispatched, or under --with.")
    var second: String?

    @Option(help: "Configuration folder of the second run.")
    var with: String?

    @Option(help: "Of stores: 2025-06-18, 2025-06 or 2025, site-local; default all that each holds.")
    var period: String?

    func run() async throws {
        Terminal.catchSignals()
        let isOneFile = second == nil
        let one = try await summary(first, common.config, isOneFile && with != nil ? .closed : nil)
        let other = try await summary(second ?? first, with ?? common.config, isOneFile ? .closed : nil)
        let comparison = Comparison(
            one, other,
            names: (first: name(first, one, nil), second: name(second ?? first, other, with)))
        if common.json {
            StandardOutput.write(comparison.json)
        } else {
            for line in comparison.text { StandardOutput.write(line) }
        }
        try Terminal.exitIfInterrupted()
    }

    private func name(_ path: String, _ summary: Summary, _ folder: String?) -> String {
        var name = path
        if second == nil { name += summary.facts.loop == .closed ? " as dispatched" : " as recorded" }
        return folder.map { "\(name), \($0)" } ?? name
    }

    private func summary(_ path: String, _ folder: String?, _ loop: LoopKind?) async throws -> Summary {
        guard FileManager.default.fileExists(atPath: path) else { throw Failure("\(path): no such file", exitCode: 66) }
        if path.hasSuffix(".sqlite") {
            guard second != nil else {
                throw Failure("\(path): a store is compared with another one; name both", exitCode: 2)
            }
            return try stored(path, folder)
        }
        var options = ReplayOptions()
        options.loop = loop
        options.build = Build.id
        let progress = Progress("replay", isQuiet: common.quiet)
        options.onTick = { _, share in
            progress.show(share)
            return !Terminal.isStopped
        }
        let config = try CommonOptions.load(folder ?? common.folder)
        options.plans = .installed(for: config)
        let result = try await ReplayLoop(paths: [path], config: config, options: options, store: nil).run()
        progress.end()
        Output.notes(result.notes, path: path, all: common.verbose)
        if let sentence = result.chain?.sentence { throw Failure(sentence, exitCode: 65) }
        return result.summary
    }

    private func stored(_ path: String, _ folder: String?) throws -> Summary {
        let store = try openToRead(path)
        let config = try folder.map { try CommonOptions.load($0) } ?? common.load(from: store, at: path)
        let window = try StoreWindow(period, config)
        guard let summary = try store.summary(config.method.covering(store.chart(window)), window) else {
            throw try store.nothing(of: period, window, config.zone, at: path)
        }
        return summary
    }
}
