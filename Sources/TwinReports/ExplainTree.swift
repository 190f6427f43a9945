public import TwinBooks
public import TwinCore
import TwinUnits

/// From the CO2 per vehicle down to accounts and meters, as a tree: once by what enters the site, and once by where it ends.
public enum ExplainTree {
    /// A node: kg CO2e, the energy behind it where there is one, and its parts.
    struct Node {
        var label: String
        var kg: Double?
        var kWh: Double?
        var note = ""
        var children: [Node] = []
    }

    public static func json(_ summary: Summary) -> JSON { json(root(summary), summary) }

    private static func json(_ node: Node, _ summary: Summary) -> JSON {
        .fields([
            "label": .string(node.label), "kg": .optional(node.kg),
            "kg_per_vehicle": .optional(node.kg.flatMap { summary.perVehicle($0) }), "kwh": .optional(node.kWh),
            "note": .string(node.note), "children": .array(node.children.map { json($0, summary) }),
        ])
    }

    static func root(_ summary: Summary) -> Node {
        let isLocation = summary.method.scope2 == .location
        let carbon = summary.carbon
        let scope1 = isLocation ? carbon.scope1 : carbon.scope1Certified
        let scope2 = isLocation ? carbon.scope2Location : carbon.scope2Market
        var parts = [
            Node(
                label: "Scope 1", kg: scope1.kilograms, note: isLocation ? "" : "with certificates of gas",
                children: summary.fuels.map { fuel(of: $0, summary) })
        ]
        if summary.otherScope1 != nil {
            parts.append(
                Node(
                    label: "Scope 1, other", kg: carbon.scope1Other.kilograms, note: summary.otherScope1 ?? ""))
        }
        parts.append(
            Node(
                label: "Scope 2, \(summary.method.scope2.rawValue)-based", kg: scope2.kilograms,
                note: "as it is counted at the grid's meter, and of what cars and private wires bring",
                children: [bought(summary, isLocation)]))
        let entered = Node(
            label: "What enters the site", kg: scope1.kilograms + scope2.kilograms + carbon.scope1Other.kilograms,
            note: "Scope 1 and 2, less what is no production", children: parts)
        return Node(
            label: "CO2 per vehicle", kg: isLocation ? summary.productionKgLocation : summary.productionKgMarket,
            note: "\(Figures.whole(Double(summary.vehicles))) vehicles, each id lined off once",
            children: [entered, ends(summary)])
    }

    /// Energy times factor, and each meter's part by its energy.
    private static func fuel(of fuel: Fuel, _ summary: Summary) -> Node {
        let energy = summary.energy(fuel.account)
        let kg = summary.sum.direct[fuel.index].kilograms
        let chart = summary.method.chart
        let meters = chart.lines(of: fuel.account).map { line -> Node in
            let own = summary.energy(line: line)
            return Node(
                label: chart.meters[line].path.text,
                kg: energy == .zero ? 0 : kg * own.kilowattHours / energy.kilowattHours, kWh: own.kilowattHours,
                note: trust(summary.sum.meter(line: line), summary))
        }
        return Node(
            label: fuel.name, kg: kg, kWh: energy.kilowattHours,
            note:
                "x \(summary.factor(fuel)) kg/kWh (\(summary.factorSetID)); \(trust(summary.sum[fuel.account], summary))",
            children: meters)
    }

    private static func bought(_ summary: Summary, _ isLocation: Bool) -> Node {
        let kWh = summary.energy(.gridImport).kilowattHours
        let note = trust(summary.sum[.gridImport], summary)
        guard isLocation else {
            return Node(
                label: "grid import", kWh: kWh, note: "by certificates, and the residual mix for the rest; \(note)")
        }
        return Node(
            label: "grid import", kg: summary.sum.boughtLocation.kilograms, kWh: kWh,
            note: "x \(summary.gridFactor) kg/kWh (\(summary.factorSetID)); \(note)")
    }

    /// Where it ends: each use with the mix of the bus that it takes from, area by area.
    private static func ends(_ summary: Summary) -> Node {
        let table = LedgerTable(summary)
        func node(_ label: String, _ part: LedgerTable.Part, _ children: [Node] = []) -> Node {
            let kWh = part.fuelKWh + part.electricityKWh + part.heatKWh
            let energies = [("fuel", part.fuelKWh), ("electricity", part.electricityKWh), ("heat", part.heatKWh)]
                .filter { $0.1 != 0 }.map { "\($0.0) \(Figures.fixed($0.1, 1)) kWh" }
            return Node(
                label: label, kg: part.grams / 1000, kWh: kWh == 0 ? nil : kWh,
                note: energies.joined(separator: ", "), children: children)
        }
        var children = Area.allCases.compactMap { area -> Node? in
            let within = table.assets.filter { $0.path.area == area }
            guard !within.isEmpty else { return nil }
            return node(
                area.rawValue, within.reduce(.init()) { $0 + $1.part }, within.map { node($0.path.asset, $0.part) })
        }
        if !table.site.isEmpty {
            children.append(
                node("site", table.site.reduce(.init()) { $0 + $1.part }, table.site.map { node($0.name, $0.part) }))
        }
        return Node(
            label: "Where it ends", kg: table.total.grams / 1000,
            note: "what is taken of a bus has the mix of what it is given; what stores hold more counts as taken",
            children: children)
    }

    private static func trust(_ sum: AccountSum, _ summary: Summary) -> String {
        let total = Double(max(summary.sum.steppedMs, 1))
        let word = summary.facts.isSimulated ? "simulated" : "measured"
        return "\(word) \(Figures.fixed(Double(sum.measuredMs) / total * 100, 1)) %, estimated"
            + " \(Figures.fixed(Double(sum.estimatedMs) / total * 100, 1)) % of the time"
    }
}
