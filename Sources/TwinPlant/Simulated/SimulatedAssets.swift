public import TwinCore
import TwinDispatch

/// Assets of the simulated plant as they really are, and what they told last.
public struct SimulatedAssets: Sendable {
    private var stepped: [any SteppedAsset]
    private let order: [Int]
    var port: SimulatedPort
    let assets: [PlantAsset]
    /// Of their telemetry.
    private let topics: [String]

    init(
        site: String, _ assets: [PlantAsset], calendar: ProductionCalendar, location: SolarSite, orders: Orders,
        truth: PlantTruth,
        isMetered: Bool, seed: UInt64
    ) {
        var chance = SeededChance(seed: seed)
        let real = assets.map { asset in
            var real = asset
            real.kind = asset.kind.real(truth, at: asset.path, &chance)
            return real
        }
        self.assets = real
        topics = real.map { Topic.text(site: site, $0.path.area, $0.path.asset, .tele) }
        stepped = real.map { $0.kind.stepped }
        // Areas one after the other; within one, by rank. What meters all others comes last.
        let areas = real.reduce(into: [Area]()) { if $0.last != $1.path.area { $0.append($1.path.area) } }
        func place(_ index: Int) -> Int { areas.firstIndex(of: real[index].path.area) ?? 0 }
        func rank(_ index: Int) -> (Int, Int, Int, Int) {
            let kind = real[index].kind
            return (type(of: kind).isMainMeter ? 1 : 0, place(index), kind.rank, index)
        }
        order = real.indices.sorted { rank($0) < rank($1) }
        port = SimulatedPort(
            real, calendar: calendar, location: location, orders: orders,
            site: SimulatedSite(real, calendar: calendar, truth: truth, seed: seed), distribution: truth.distribution,
            isMetered: isMetered, seed: seed)
    }

    /// - Parameter gasKW: what is burnt outside these assets.
    mutating func step(
        _ around: Around, network: HotWaterNetwork? = nil, demandScale: Double = 1, gasKW: Double = 0
    ) {
        port.begin(around, gasKW: gasKW)
        if let network {
            port.heat = HeatBalance(
                openKW: network.carriedKW(port.production(), outdoorC: around.airC, scale: demandScale),
                roomKW: stepped.reduce(0) { $0 + $1.heatRoomKW(hours: around.hours) })
        }
        if port.site.island != nil { gatherIsland(hours: around.hours) }
        let isDark = port.site.island?.isDark ?? false
        for index in order {
            port.turn(to: index)
            port.isStill = isDark && isPower(index)
            if isDark, assets[index].kind is any ChargingKind {
                // Nobody charges from a dead bus.
                port.tell(index, 0, 0)
            } else {
                stepped[index].happen(&port)
            }
        }
    }

    private func isPower(_ index: Int) -> Bool {
        switch assets[index].kind.control?.action {
        case .setPower, .setLimit, .setHeat, .setSource: true
        case .setSetpoint, .setMode, nil: false
        }
    }

    /// What those that form a grid can do in this step.
    private mutating func gatherIsland(hours: Double) {
        for index in stepped.indices where !port.tripped.contains(assets[index].path) {
            guard let range = stepped[index].islandKW(hours: hours) else { continue }
            port.site.island?.givesKW += range.upperBound
            port.site.island?.takesKW -= range.lowerBound
            if range.upperBound > 0 { port.site.island?.isFormed = true }
        }
    }

    /// Puts an output, or a load, below what was offered in its place; what is held back of an output is told as curtailed.
    mutating func curtail(_ asset: Int, to outputKW: Double) {
        let offered = port.exact(asset, 0)
        guard outputKW < offered else { return }
        port.hold(asset, 0, to: outputKW)
        for (place, signal) in assets[asset].kind.signals.enumerated()
        where signal.posts.contains(where: { $0.account == .curtailed }) {
            port.tell(asset, place, offered - outputKW)
        }
    }

    /// Keys of all that the assets may tell, in the order of `values`.
    public var keys: [(path: AssetPath, key: String)] { port.slots.map { ($0.path, $0.key) } }
    /// Told values; 0 for what was never told.
    public func value(_ place: Int) -> Double { port.slots[place].value }
    /// As a twin that hears all of it would use them.
    public var used: [UsedValue] {
        port.slots.map { $0.isTold ? UsedValue($0.value, .good) : UsedValue(0, .stale) }
    }
    /// Where each value goes in the books.
    public var posts: [[Post]] { assets.flatMap { $0.kind.signals.map(\.posts) } }

    /// Appends one telemetry message for each asset that told something, in configuration order.
    /// - Parameter disconnected: assets whose breaker is open; they say so.
    func write(
        _ writer: inout TelemetryWriter, into messages: inout [PlantMessage], disconnected: Set<AssetPath> = []
    ) {
        messages.reserveCapacity(messages.count + assets.count + 1)
        for asset in assets.indices {
            port.write(asset, into: &writer)
            guard !writer.isEmpty else { continue }
            if !disconnected.isEmpty, disconnected.contains(assets[asset].path) { writer.addConnected(false) }
            messages.append(PlantMessage(topic: topics[asset], payload: writer.take()))
        }
    }

    /// What is told by messages, in configuration order.
    var readings: [Reading] {
        port.slots.compactMap { slot in
            slot.isTold && !slot.isDerived ? Reading(told: slot.path, slot.key, slot.value) : nil
        }
    }
}
