public import TwinCore

/// The twin's own models ahead of time: what the plant will do in expected weather and by the production plan, while all
/// that obeys is left to itself.
///
/// It knows no state of the plant but what models begin with: what is charged or stored now stands in the offers of the
/// present, and a plan goes on from there.
public struct Rehearsal: Sendable {
    /// What one step is expected to be.
    public struct Step: Sendable {
        /// In the order of `keys`.
        public var values: [UsedValue]
        /// What the site takes from the grid at its meter, kW; below 0 it gives. Without what no meter sees.
        public var netKW: Double
    }

    private var stepped: [any SteppedAsset]
    private let order: [Int]
    private var port: RehearsalPort
    private let network: HotWaterNetwork?
    private let lossFraction: Double

    /// - Parameter lossFraction: of electricity between the bus and its uses.
    public init(
        _ assets: [PlantAsset], calendar: ProductionCalendar, location: SolarSite, network: HotWaterNetwork?,
        lossFraction: Double
    ) {
        let areas = Kinds.areas
        func place(_ index: Int) -> Int { areas.firstIndex(of: assets[index].path.area) ?? areas.count }
        order = assets.indices.sorted {
            (place($0), assets[$0].kind.rank, $0) < (place($1), assets[$1].kind.rank, $1)
        }
        stepped = assets.map { $0.kind.stepped }
        port = RehearsalPort(assets, calendar: calendar, location: location)
        self.network = network
        self.lossFraction = lossFraction
    }

    /// Every signal of every asset.
    public var keys: [(path: AssetPath, key: String)] { port.keys }

    public mutating func step(_ around: Around) -> Step {
        port.begin(around)
        port.heat = HeatBalance(
            openKW: network?.carriedKW(port.production(), outdoorC: around.airC) ?? 0, roomKW: .infinity)
        for index in order {
            port.turn(to: index)
            stepped[index].rehearse(&port)
        }
        let netKW = port.drawnKW * (1 + lossFraction) - port.givenKW
        return Step(values: port.values, netKW: netKW)
    }
}
