import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinReports
import TwinRuntime
import TwinStore

/// A store that is read: it has no more than the journal beside it.
func openToRead(_ path: String) throws -> any StoreReading {
    let store = try openStore(path, mustExist: true)
    let folder = JournalFolder(path: RunCommand.journalFolder(of: path))
    do {
        guard let missing = try folder.shortfall(of: store, at: path) else { return store }
        throw Failure(
            "\(missing.sentence). If it is lost for good, move the store away and make one of what is left:"
                + " twin verify --store \(path) --repair",
            exitCode: 65)
    } catch let problem as JournalProblem where problem.exitCode != 65 {
        // A journal that cannot be read from here says nothing against its store.
        return store
    }
}

extension CommonOptions {
    /// Says that another configuration than the books' own makes the figures.
    func tell(_ changes: [ConfigurationInWindow], against config: SiteConfig) {
        guard let only = self.config, changes.contains(where: { $0.hash != config.hash }) else { return }
        say("warning: figures are made by the rules of \(only); the books by the store's configurations")
    }
}

extension Factors {
    /// - Throws: exit code 78 where a year would have another's factors without a word of the configuration.
    func check(_ years: [Int]) throws {
        if let missing = missing(years) { throw Failure(missing, exitCode: 78) }
    }
}

/// What people ask of a store, and what they are told when it has no answer.
extension StoreReading {
    /// Why there are no figures of a time: the run is too young for a report, or the store does not reach there.
    func nothing(of period: String?, _ window: StoreWindow, _ zone: LocalZone, at path: String) throws -> Failure {
        let runs = try runs()
        if let young = runs.last(where: { $0.end == nil && $0.start < window.to }) {
            let first = young.start.floored(to: settlementPeriod) + settlementPeriod
            let journal = RunCommand.journalFolder(of: path)
            let now =
                FileManager.default.fileExists(atPath: journal) ? "; the figures so far: twin replay \(journal)" : ""
            return Failure(
                "\(path): run \(young.run) began at \(zone.minute(young.start)), and there are figures from"
                    + " \(zone.minute(first)) on, when its first half hour is over\(now)", exitCode: 65)
        }
        guard let from = runs.first?.start, let to = runs.compactMap(\.end).max() else {
            return Failure("\(path): holds no run", exitCode: 65)
        }
        return Failure(
            "\(path): holds nothing of \(period ?? "any run"); it reaches from \(zone.minute(from)) to"
                + " \(zone.minute(to))", exitCode: 65)
    }

    /// Every asset that the runs of the store know: by the configuration, by a value or by an alarm.
    func assets(_ config: SiteConfig) throws -> Set<AssetPath> {
        let told = try signals().map(\.path) + alarms(.all).map { AssetPath($0.key.area, $0.key.asset) }
        return config.assetPaths.union(told)
    }
}

extension SiteConfig {
    /// What it knows by name, with what only tells.
    var assetPaths: Set<AssetPath> {
        paths.union(weather.paths + grid.paths)
    }
}

extension AssetPath {
    /// The asset that `--asset` names.
    /// - Parameter place: where it should be known.
    static func argument(_ text: String, among known: Set<AssetPath>, of place: String) throws -> AssetPath {
        if let path = AssetPath(text: text), known.contains(path) { return path }
        let near = suggestion(for: text, among: known.map(\.text).sorted())
        guard text.contains("/") else {
            let help = near.map { "; did you mean \($0)?" } ?? ", write area and id like storage/string-1"
            throw Failure("--asset \(quoted(text)) is no asset\(help)", exitCode: 2)
        }
        // The right area, or the right id.
        let (area, id) = (text.prefix { $0 != "/" }, text.drop { $0 != "/" }.dropFirst())
        let others = known.filter { $0.area.rawValue == area || $0.asset == id }.map(\.text).sorted().prefix(8)
        let help =
            near.map { "; did you mean \($0)?" }
            ?? (others.isEmpty
                ? "" : "; there \(others.count == 1 ? "is" : "are") \(others.joined(separator: ", "))")
        throw Failure("\(place): knows no asset \(quoted(text))\(help)", exitCode: 66)
    }
}
