import TwinBooks
import TwinCore
import TwinDispatch
import TwinPlant

// What single ranges cannot say: values that must fit each other. Each check reports at the value to change.

/// Reads a turbine's curve; its points ascend in speed and stay within the rating.
func powerCurve(_ node: YAMLNode, ratedKW: Double?) -> PowerCurve? {
    guard let items = node.items(2...200) else { return nil }
    let points = items.map { item -> PowerCurve.Point? in
        guard let pair = item.items(2...2), let first = pair.first, let last = pair.last else { return nil }
        let speed = first.number(in: 0...100, "m/s")
        let power = last.number(in: 0...30_000, "kW")
        guard let speed, let power else { return nil }
        return PowerCurve.Point(speedMPerS: speed, powerKW: power)
    }
    let good = points.compactMap(\.self)
    guard good.count == items.count else { return nil }
    var isGood = true
    for ((item, point), before) in zip(zip(items, good).dropFirst(), good) where point.speedMPerS <= before.speedMPerS {
        item.problem(
            "\(plain(point.speedMPerS)) m/s does not ascend after \(plain(before.speedMPerS)) m/s; sort the points")
        isGood = false
    }
    // Gusts and a tolerance of the brochure pass the rating by up to 2 %.
    for (item, point) in zip(items, good) {
        guard let ratedKW, point.powerKW > ratedKW * 1.02 else { continue }
        item.problem("\(plain(point.powerKW)) kW is above the rated \(plain(ratedKW)) kW of one turbine; check both")
        isGood = false
    }
    return isGood ? PowerCurve(good) : nil
}

/// Types list their assets apart: an id that two of them list would be two assets behind one topic.
func checkIDs(_ types: [(key: YAMLNode, value: YAMLNode)]) {
    var typeByID: [String: String] = [:]
    for (key, value) in types {
        guard let type = key.scalar, case .list(let items)? = value.find("ids")?.content else { continue }
        for item in items {
            guard let id = item.scalar else { continue }
            if let other = typeByID[id], other != type {
                item.problem("\(quoted(id)) is listed by \(quoted(other)) too; give each asset its own id")
            }
            typeByID[id] = typeByID[id] ?? type
        }
    }
}

/// Meter and intensity feed share the grid's topics.
func checkGridIDs(_ meter: String, _ intensity: String, _ node: YAMLNode) {
    if meter == intensity {
        node.find("intensity", "id")?.problem("\(quoted(intensity)) is the meter's id too; give each its own")
    }
}

extension SiteFiles {
    /// The gate may be tighter than the connection, never wider.
    func checkGate(_ gate: SafetyGate, _ grid: GridConnection.Parameters) {
        let node = self["safety.yaml"]?.find("gate")
        checkLimit(gate.importMaxKW, node?.find("import_max_kw"), "import_max_kw", grid.importMaxKW)
        checkLimit(gate.exportMaxKW, node?.find("export_max_kw"), "export_max_kw", grid.exportMaxKW)
    }

    /// An island that can shed nothing, or that nothing forms, is none.
    func checkIsland(_ assets: AssetsSection) {
        let node = self["safety.yaml"]?.find("island")
        if !assets.assets.of(Shop.self).contains(where: { $0.kind.isSwitched }) {
            node?.problem("no load can be switched; give a shop of assets.yaml circuit: {shed_priority: ...}")
        }
        if assets.assets.of(BatteryUnit.self).isEmpty {
            node?.problem("nothing forms the grid of an island; add storage to assets.yaml or remove island")
        }
    }

    /// A peak above the connection would never be shaved.
    func checkPeak(_ rule: StorageRule, _ grid: GridConnection.Parameters, _ gate: SafetyGate) {
        let node = self["dispatch.yaml"]?.find("storage_rule", "peak_import_kw")
        checkLimit(rule.peakImportKW, node, "import_max_kw", grid.importMaxKW)
        if rule.peakImportKW <= grid.importMaxKW, rule.peakImportKW > gate.importMaxKW {
            node?.problem(
                "\(plain(rule.peakImportKW)) kW is above gate.import_max_kw of safety.yaml,"
                    + " \(plain(gate.importMaxKW)) kW: the gate holds before there is a peak; lower it")
        }
    }

    private func checkLimit(_ value: Double, _ node: YAMLNode?, _ limit: String, _ limitKW: Double) {
        guard value > limitKW else { return }
        node?.problem(
            "\(plain(value)) kW is above grid.meter.\(limit) of assets.yaml, \(plain(limitKW)) kW; lower it")
    }

    /// What the baseline's plant had must stand on this site, or its part in a window is unknown.
    func checkBaselineAssets(_ baseline: BaselineSection, _ assets: AssetsSection) {
        let known = Set(assets.chart.meters.map(\.path))
        for path in baseline.baseline.generation.sorted() where !known.contains(path) {
            self["baseline.yaml"]?.find("generation")?.problem(
                "\(path.text) is no asset of assets.yaml; remove it or add the asset")
        }
    }

    /// The baseline is priced with its own year's set; the nearest one would compare two conventions in silence.
    func checkBaselineYear(_ baseline: BaselineSection, _ factors: Factors) {
        let year = baseline.baseline.year
        guard !factors.byYear.contains(where: { $0.year == year }) else { return }
        let years = factors.byYear.map { "\($0.year)" }.joined(separator: ", ")
        self["baseline.yaml"]?.find("year")?.problem(
            "\(year) has no factor set under \(factors.convention.rawValue); factors.yaml gives \(years)")
    }
}
