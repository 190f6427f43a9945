import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinRuntime

/// What is known of assets now: of a run its newest step, else the newest readings of the store.
struct AssetState {
    let config: SiteConfig
    let moment: PlantMoment?
    private var values: [SignalPath: (used: UsedValue, at: PlantTime)] = [:]
    /// Of a run, when each signal was last measured: a model that stands in for one is of the newest step.
    private let heard: [SignalPath: PlantTime]

    init(_ ask: PageAsk) throws {
        config = ask.source.present
        moment = ask.source.feed?.moment
        heard = ask.source.feed?.meter.heard ?? [:]
        if let moment {
            for value in moment.outcome.values {
                values[SignalPath(AssetPath(value.area, value.asset), value.key)] = (value.used, moment.outcome.end)
            }
        } else {
            for (signal, point) in try ask.store().latest() {
                values[signal] = (UsedValue(point.value, point.quality), point.from)
            }
        }
    }

    subscript(path: AssetPath, key: String) -> (used: UsedValue, at: PlantTime)? { values[SignalPath(path, key)] }

    /// Value, quality and time of a signal; null where nothing is known.
    func json(_ path: AssetPath, _ signal: Signal) -> JSON {
        let found = self[path, signal.key]
        return .fields([
            "key": .string(signal.key), "unit": ShownUnit.json(signal.key),
            "value": .optional(found?.used.value), "quality": found.map { .string($0.used.quality.rawValue) } ?? .null,
            "ts": found.map { .string(config.zone.text($0.at)) } ?? .null,
            "heard": heard[SignalPath(path, signal.key)].map { .string(config.zone.text($0)) } ?? .null,
            "decimals": .integer(signal.decimals),
            "is_shown": .bool(signal.isShown),
        ])
    }

    /// Of an asset, as alarms name it.
    func alarms(of path: AssetPath) -> [PlantMoment.Standing] {
        moment?.alarms.filter { $0.path.hasPrefix("\(path.text)/") } ?? []
    }
}

/// Every asset by area, with its first value.
struct AssetsPage: Page {
    let name = "assets"
    let title = "Assets"

    func json(_ ask: PageAsk) throws -> JSON {
        let state = try AssetState(ask)
        let config = state.config
        let assets = config.assets.map { asset in
            let kind = type(of: asset.kind)
            let main = asset.kind.signals.first { $0.isShown && $0.form != .derived } ?? asset.kind.signals.first
            let alarms = state.alarms(of: asset.path)
            return JSON.fields([
                "asset": .string(asset.path.text), "area": .string(asset.path.area.rawValue),
                "id": .string(asset.path.asset), "what": .string(kind.sentence), "size_kw": .number(asset.kind.sizeKW),
                "main": main.map { state.json(asset.path, $0) } ?? .null,
                "charge": asset.kind.signals.first { $0.key == "soc_fraction" && $0.isShown }.map {
                    state.json(asset.path, $0)
                } ?? .null,
                "set_point": setPoint(asset, state),
                "alarms": .integer(alarms.count),
                "alarm_priority": alarms.map { AlarmPriority(path: $0.path) }.min { $0.rank < $1.rank }.map {
                    .string($0.rawValue)
                } ?? .null,
            ])
        }
        return .fields([
            "schema": .string("assets/1"),
            "ts": state.moment.map { .string(config.zone.text($0.outcome.end)) } ?? .null, "assets": .array(assets),
        ])
    }

    private func setPoint(_ asset: PlantAsset, _ state: AssetState) -> JSON {
        guard let control = asset.kind.control, let value = state.moment?.setPoints[asset.path] else { return .null }
        return .string(control.action.text(value))
    }
}
