import Foundation
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinWeb

/// `PageBench DAY`: what a picture of the whole plant costs, in processor time of one thread, and how large it is.
@main
struct PageBench {
    static func main() async throws {
        let path = CommandLine.arguments.dropFirst().first ?? "replay/sunderland-day.jsonl.gz"
        let config = try SiteConfig.loadChecked(folder: "twin-config/sunderland")
        let feed = LiveFeed(every: .zero)
        var options = ReplayOptions()
        options.loop = .closed
        options.watcher = feed
        // To the afternoon, when most is going on.
        options.onTick = { outcome, _ in outcome.tick < 960 }
        _ = try await ReplayLoop(paths: [path], config: config, options: options, store: nil).run()
        guard let moment = feed.moment else { fatalError("no step was seen") }
        var best = Double.infinity
        var size = 0
        for _ in 0..<200 {
            let begun = now()
            size = PlantSnapshot(moment).bytes.count
            best = min(best, now() - begun)
        }
        print("snapshot: \(fixed(best * 1000)) ms of at most 1, \(size) bytes of at most 65536")
        guard best <= 0.001, size <= 65_536 else { exit(1) }
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func fixed(_ value: Double) -> String { JSON.numberText((value * 1000).rounded() / 1000) }
}
