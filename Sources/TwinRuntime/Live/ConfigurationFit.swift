import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinUnits

/// Whether a run may go on with another configuration, and what an operator should know of it.
struct ConfigurationFit {
    let old: SiteConfig
    let new: SiteConfig

    /// Why the run cannot go on with it; nil when it can. Ticks, rows and digests rest on these.
    var refusal: String? {
        if new.site != old.site { return differs("site", old.site, new.site) }
        if new.stepS != old.stepS { return differs("step_s", "\(old.stepS)", "\(new.stepS)") }
        if new.zone.name != old.zone.name { return differs("time zone", old.zone.name, new.zone.name) }
        return nil
    }

    private func differs(_ what: String, _ was: String, _ is: String) -> String {
        "\(what) is \(`is`), the run's is \(was); a run keeps it: use a new --journal and --store"
    }

    /// The line that goes into the journal.
    func change(pending: [Command], values: [NamedValue]) -> ConfigurationChange {
        let notes = notes(pending: pending, values: values)
        return ConfigurationChange(
            hash: new.hash, was: old.hash, files: changedFiles,
            note: notes.isEmpty ? nil : notes.joined(separator: "; "))
    }

    private var changedFiles: [String] {
        let was = Dictionary(old.files.map { ($0.name, $0.bytes) }) { first, _ in first }
        let now = Dictionary(new.files.map { ($0.name, $0.bytes) }) { first, _ in first }
        return Set(was.keys).union(now.keys).filter { was[$0] != now[$0] }.sorted()
    }

    /// What is taken away while it is in use.
    func notes(pending: [Command], values: [NamedValue]) -> [String] {
        let gone = old.paths.subtracting(new.paths).sorted()
        return gone.map { path in
            var uses: [String] = []
            let open = pending.filter { $0.path == path }.count
            if open > 0 { uses.append("\(open) command\(open == 1 ? "" : "s") open") }
            let cars = values.first {
                $0.area == path.area && $0.asset == path.asset && $0.key == "connected_vehicles"
            }
            if let cars, cars.used.value > 0 { uses.append("\(Int64(saturatingRound: cars.used.value)) cars charging") }
            return "\(path.text) is gone" + (uses.isEmpty ? "" : " with \(uses.joined(separator: " and "))")
        }
    }
}
