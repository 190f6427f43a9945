import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinRuntime

/// One asset, from what its kind declares and nothing else: a new kind has this page without a line of code.
struct AssetPage: Page {
    let name = "asset"
    let title = "Asset"
    var isListed: Bool { false }

    func json(_ ask: PageAsk) throws -> JSON {
        let state = try AssetState(ask)
        guard ask.path.count == 2, let path = AssetPath(text: ask.path.joined(separator: "/")),
            let asset = state.config.assets.first(where: { $0.path == path })
        else {
            throw WebError.notFound("there is no asset \(quoted(ask.path.joined(separator: "/"))); /assets lists them")
        }
        let kind = type(of: asset.kind)
        let zone = state.config.zone
        return .fields([
            "schema": .string("asset/1"), "asset": .string(path.text), "area": .string(path.area.rawValue),
            "id": .string(path.asset), "kind": kind.word.map { .string($0) } ?? .null,
            "what": .string(kind.sentence), "size_kw": .number(asset.kind.sizeKW),
            "max_age_s": .number(asset.maxAge.seconds),
            "ts": state.moment.map { .string(zone.text($0.outcome.end)) } ?? .null,
            "trend": try trend(asset, state, ask),
            "signals": .array(signals(asset, state)), "control": control(asset, state),
            "watched_band": asset.kind.watchedBand.map(AssetPage.range) ?? .null,
            "parameters": .array(parameters(asset, state.config)),
            "messages": ask.source.feed == nil ? .null : .array(AssetMessages(ask.source.feed, zone).last(of: path)),
            "alarms": .array(
                state.alarms(of: path).map { alarm in
                    .fields([
                        "path": .string(alarm.path), "since": .string(zone.text(alarm.since)),
                        "priority": .string(AlarmPriority(path: alarm.path).rawValue), "cause": .string(alarm.cause),
                    ])
                }),
            "commands": .array(commands(ask.source.feed, state, path)),
        ])
    }

    private static func range(_ range: ClosedRange<Double>) -> JSON {
        .array([.number(range.lowerBound), .number(range.upperBound)])
    }

    private func signals(_ asset: PlantAsset, _ state: AssetState) -> [JSON] {
        asset.kind.signals.map { signal in
            let form =
                switch signal.form {
                case .mean: "mean"
                case .instant: "instant"
                case .register: "register"
                case .derived: "model"
                }
            let accounts = signal.posts.map { post in
                JSON.fields([
                    "account": .string(post.account.name), "label": .string(post.account.row.label),
                    "bus": .string("\(post.account.row.bus)"), "factor": .number(post.factor),
                ])
            }
            var members = state.json(asset.path, signal).members ?? []
            members += [
                .init("form", .string(form)), .init("accounts", .array(accounts)),
                // A model's value is held against nothing.
                .init("range", signal.form == .derived ? .null : AssetPage.range(signal.range)),
            ]
            return .object(members)
        }
    }

    /// The last day of what is shown, to the newest time that is known.
    private func trend(_ asset: PlantAsset, _ state: AssetState, _ ask: PageAsk) throws -> JSON {
        let end = try state.moment?.outcome.end ?? ask.store().runs().compactMap(\.end).max()
        guard let end else { return .null }
        let keys = asset.kind.signals.filter(\.isShown).map { JSON.string("\(asset.path.text)/\($0.key)") }
        return .fields([
            "from": .string(state.config.zone.text(end - Span.days(1))),
            "to": .string(state.config.zone.text(end)), "signals": .array(Array(keys.prefix(8))),
        ])
    }

    private func control(_ asset: PlantAsset, _ state: AssetState) -> JSON {
        guard let control = asset.kind.control else { return .null }
        let setPoint = state.moment?.setPoints[asset.path]
        let hand = state.moment?.hand.first { $0.path == asset.path }
        return .fields([
            "action": .string(control.action.rawValue), "range": AssetPage.range(control.range),
            "unit": control.action.unit.map { .string($0 == "Cel" ? "degC" : $0) } ?? .null,
            "words": .array(control.action.words.map(JSON.string)), "fallback": .string(control.fallback),
            "set_point": .optional(setPoint),
            "set_point_text": setPoint.map { .string(control.action.text($0)) } ?? .null,
            "hand": hand.map { order in
                .fields([
                    "value": .optional(order.value),
                    "text": .string(order.value.map { control.action.text($0) } ?? "left alone"),
                    "until": .string(state.config.zone.text(order.until)),
                ])
            } ?? .null,
        ])
    }

    private func parameters(_ asset: PlantAsset, _ config: SiteConfig) -> [JSON] {
        let sources = config.sources(of: asset.path)
        return asset.kind.parameterValues.map { row in
            .fields([
                "key": .string(row.key), "unit": .string(row.unit), "value": row.value,
                "range": .string(row.rangeText), "what": .string(row.sentence),
                "source": sources[row.key].map { .string($0) } ?? .null,
            ])
        }
    }

    /// The newest ones of the asset, pending ones among them.
    private func commands(_ feed: LiveFeed?, _ state: AssetState, _ path: AssetPath) -> [JSON] {
        guard let feed, let moment = state.moment else { return [] }
        let zone = state.config.zone
        return feed.commands.entries(of: path).prefix(10).map { entry in
            .fields([
                "id": .string(entry.command.id(run: moment.run)), "ts": .string(zone.text(entry.command.ts)),
                "expires": .string(zone.text(entry.command.expires)),
                "text": .string(entry.command.point.action.text(entry.command.point.value)),
                "reason": .string(zone.localised(entry.command.point.reason)),
                "is_renewal": .bool(entry.command.isRenewal),
                "fate": .string(entry.fate?.rawValue ?? "pending"),
            ])
        }
    }
}
