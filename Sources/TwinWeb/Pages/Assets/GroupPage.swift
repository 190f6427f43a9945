import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinRuntime

/// Assets that belong together, side by side, from what their kinds tell: what stores energy, and what charges.
struct GroupPage: Page {
    let name: String
    let title: String
    /// Whether an asset is one of them.
    let holds: @Sendable (PlantAsset) -> Bool

    static let storage = GroupPage(name: "storage", title: "Storage") { $0.kind.storeTerms != nil }
    static let charging = GroupPage(name: "charging", title: "Charging") {
        [.bay, .yard, .agv].contains($0.path.area)
    }

    func json(_ ask: PageAsk) throws -> JSON {
        let state = try AssetState(ask)
        let assets = state.config.assets.filter(holds)
        let waiting = WaitingWork(state.moment)
        return .fields([
            "schema": .string("group/1"), "name": .string(name),
            "ts": state.moment.map { .string(state.config.zone.text($0.outcome.end)) } ?? .null,
            "planned": waiting?.planned ?? .null,
            "trend": try trend(assets, state, ask), "assets": .array(assets.map { json($0, state, waiting) }),
        ])
    }

    private func json(_ asset: PlantAsset, _ state: AssetState, _ waiting: WaitingWork?) -> JSON {
        let capacity = asset.kind.parameterValues.first { $0.key == "capacity_kwh" }?.value
        let setPoint = asset.kind.control.flatMap { control in
            state.moment?.setPoints[asset.path].map { JSON.string(control.action.text($0)) }
        }
        let hand = state.moment?.hand.contains { $0.path == asset.path } ?? false
        let packs = PackMap.json(of: asset.path, state.config.packs)
        let waits = waiting?.json(of: asset.path)
        return .fields([
            "asset": .string(asset.path.text), "area": .string(asset.path.area.rawValue),
            "id": .string(asset.path.asset), "what": .string(type(of: asset.kind).sentence),
            "size_kw": .number(asset.kind.sizeKW), "capacity_kwh": capacity ?? .null,
            "signals": .array(asset.kind.signals.filter(\.isShown).map { state.json(asset.path, $0) }),
            "set_point": setPoint ?? .null, "by_hand": .bool(hand),
            "alarms": .integer(state.alarms(of: asset.path).count),
            "packs": packs ?? .null, "waits": waits ?? .null,
        ])
    }

    /// The last day of the first signal of each.
    private func trend(_ assets: [PlantAsset], _ state: AssetState, _ ask: PageAsk) throws -> JSON {
        let end = try state.moment?.outcome.end ?? ask.store().runs().compactMap(\.end).max()
        guard let end else { return .null }
        let zone = state.config.zone
        let signals = assets.compactMap { asset in
            asset.kind.signals.first(where: \.isShown).map { JSON.string("\(asset.path.text)/\($0.key)") }
        }
        return .fields([
            "from": .string(zone.text(end - Span.days(1))), "to": .string(zone.text(end)),
            "signals": .array(Array(signals.prefix(12))),
        ])
    }
}
