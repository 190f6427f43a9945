public import TwinBooks
public import TwinCore
public import TwinUnits

/// Where the energy of a window came from and went, as nodes and links for a drawing: from sources over what converts
/// them to buses, and from there to uses.
///
/// It is made of the table of accounts and the chart alone, so that a new account or kind is in it by itself. It stays
/// whole with what no plant can do: what is less than nothing is drawn as a source, and says so.
public struct EnergyFlow: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case source, bus, converter, use, lost, unmetered
    }

    public struct Node: Sendable, Hashable {
        public var id: String
        public var label: String
        public var kind: Kind
        /// What passes through it.
        public var energy = Energy.zero
        /// Of all that its bus, or all fuels, had, %; nil for what is on no bus alone.
        public var sharePct: Double?
    }

    public struct Link: Sendable, Hashable {
        public var from: String
        public var to: String
        /// Above 0.
        public var energy: Energy
    }

    public private(set) var nodes: [Node] = []
    public private(set) var links: [Link] = []
    /// What leaves each node along the links so far: no circle is drawn.
    private var next: [String: Set<String>] = [:]
    private var shares: [String: Bus] = [:]

    /// What makes energy of one bus from that of another, or from a fuel, with its lines.
    private struct Converter {
        var id: String
        var label: String
        var inputs: [Int] = []
        var outputs: [Int] = []
    }

    public init(_ sum: WindowSum) {
        let chart = sum.method.chart
        let converters = EnergyFlow.converters(chart)
        let converted = Dictionary(
            converters.flatMap { one in (one.inputs + one.outputs).map { ($0, one) } }
        ) { first, _ in first }
        for bus in Bus.allCases {
            for account in bus.accounts where sum.method.accounts.contains(account) {
                add(account, sum, chart, converted)
            }
        }
        for one in converters {
            let taken = one.inputs.reduce(Energy.zero) { $0 + sum.energy(line: $1) }
            let given = one.outputs.reduce(Energy.zero) { $0 + sum.energy(line: $1) }
            let rest = taken - given
            if rest > .zero {
                link(converter(one), node("conversion", "lost in conversion", .lost), rest)
            } else {
                link(node("surroundings", "surroundings, or unmetered", .source), converter(one), -rest)
            }
        }
        finish(sum)
    }

    // MARK: - Accounts

    /// Puts an account between its bus and its ends: what converters have of it, what areas have, and the rest.
    private mutating func add(_ account: Account, _ sum: WindowSum, _ chart: Chart, _ converted: [Int: Converter]) {
        let row = account.row
        guard row.flow != .memo else { return }
        var rest = sum[account].energy
        for line in chart.lines(of: account) {
            let energy = sum.energy(line: line)
            if let one = converted[line] {
                put(converter(one), account, energy)
                rest -= energy
            } else if row.flow == .consumed {
                let area = chart.meters[line].path.area.rawValue
                put(node("\(row.name) \(area)", area, .use, row.bus), account, energy)
                rest -= energy
            }
        }
        let hasLines = !chart.lines(of: account).isEmpty
        guard rest != .zero || !hasLines else { return }
        let kind: Kind =
            switch row.flow {
            case .lost: .lost
            case .remainder: .unmetered
            default: row.flow.isSource && row.bus.balances ? .source : .use
            }
        // What of a fuel no converter took is used as it is.
        let label = row.bus == .electricity || row.bus == .fuel ? row.label : "\(row.label), \(row.bus)"
        let other = row.bus == .fuel || row.flow == .consumed ? "\(label), other uses" : label
        put(node("\(row.name) end", other, kind, row.bus), account, rest)
    }

    /// Energy of an account between its bus and one of its ends. Of a fuel the account itself is the source.
    private mutating func put(_ end: String, _ account: Account, _ energy: Energy) {
        let row = account.row
        guard row.bus.balances else {
            return link(node(row.name, row.label, .source, row.bus), end, energy)
        }
        let bus = node("bus \(row.bus)", "\(row.bus)", .bus, row.bus)
        if row.flow.isSource { link(end, bus, energy) } else { link(bus, end, energy) }
    }

    /// Assets that take energy of one kind and tell what they give of another.
    private static func converters(_ chart: Chart) -> [Converter] {
        var found: [Converter] = []
        var places: [Account: Int] = [:]
        for (_, lines) in Dictionary(grouping: chart.meters.indices, by: { chart.meters[$0].path }).sorted(by: {
            $0.value[0] < $1.value[0]
        }) {
            func those(_ flow: AccountRow.Flow) -> [Int] { lines.filter { chart.meters[$0].account.row.flow == flow } }
            let outputs = those(.generated)
            guard let first = outputs.first.map({ chart.meters[$0].account }) else { continue }
            let buses = Set(outputs.map { chart.meters[$0].account.row.bus })
            let fuels = those(.imported).filter { chart.meters[$0].account.row.fuel != nil }
            // What burns a fuel has electricity for its pumps; what generates it takes none from itself.
            let inputs =
                fuels.isEmpty ? those(.consumed).filter { !buses.contains(chart.meters[$0].account.row.bus) } : fuels
            guard !inputs.isEmpty else { continue }
            let place = places[first] ?? found.count
            if place == found.count {
                places[first] = place
                found.append(Converter(id: "converter \(first.name)", label: first.row.label))
            }
            found[place].inputs += inputs
            found[place].outputs += outputs
        }
        return found
    }

    // MARK: - The drawing

    private mutating func converter(_ one: Converter) -> String { node(one.id, one.label, .converter) }

    private mutating func node(_ id: String, _ label: String, _ kind: Kind, _ bus: Bus? = nil) -> String {
        if !nodes.contains(where: { $0.id == id }) {
            nodes.append(Node(id: id, label: label, kind: kind))
            shares[id] = bus
        }
        return id
    }

    /// Less than nothing flows the other way, from a node of its own that says so.
    private mutating func link(_ from: String, _ to: String, _ energy: Energy) {
        guard energy != .zero else { return }
        guard energy > .zero else {
            func label(_ id: String) -> String { nodes.first { $0.id == id }?.label ?? id }
            // An end turns into a source; what a source took back is a use.
            let isUse = nodes.first { $0.id == from }.map { [.bus, .converter].contains($0.kind) } ?? false
            return isUse
                ? link(node("\(to) negative", "\(label(to)), less than nothing", .source), from, -energy)
                : link(to, node("\(from) negative", "\(label(from)), less than nothing", .use), -energy)
        }
        var to = to
        if reaches(to, from) { to = node("\(to) again", "back to \(to)", .use) }
        next[from, default: []].insert(to)
        if let place = links.firstIndex(where: { $0.from == from && $0.to == to }) {
            links[place].energy += energy
        } else {
            links.append(Link(from: from, to: to, energy: energy))
        }
    }

    private func reaches(_ from: String, _ to: String) -> Bool {
        from == to || (next[from] ?? []).contains { reaches($0, to) }
    }

    /// Sizes and shares of the nodes; those that nothing passes are left out.
    private mutating func finish(_ sum: WindowSum) {
        for place in nodes.indices {
            let id = nodes[place].id
            let into = links.reduce(Energy.zero) { $1.to == id ? $0 + $1.energy : $0 }
            let out = links.reduce(Energy.zero) { $1.from == id ? $0 + $1.energy : $0 }
            nodes[place].energy = max(into, out)
            guard let bus = shares[id] else { continue }
            let all = bus.sheet.sources.reduce(Energy.zero) { $0 + sum[$1].energy }
            if all > .zero { nodes[place].sharePct = 100 * nodes[place].energy.kilowattHours / all.kilowattHours }
        }
        nodes.removeAll { $0.energy == .zero }
    }

    public var json: JSON {
        .fields([
            "nodes": .array(
                nodes.map { node in
                    .fields([
                        "id": .string(node.id), "label": .string(node.label), "kind": .string(node.kind.rawValue),
                        "kwh": .number(node.energy.kilowattHours), "share_pct": .optional(node.sharePct),
                    ])
                }),
            "links": .array(
                links.map { link in
                    .fields([
                        "from": .string(link.from), "to": .string(link.to),
                        "kwh": .number(link.energy.kilowattHours),
                    ])
                }),
        ])
    }
}
