import Testing
import TwinCore
import TwinPlant

/// One asset of one component, as the tests of bad input see it: what it hears, and how one can tell that it heard.
struct InputSubject: Sendable, CustomTestStringConvertible {
    struct Signal: Sendable {
        var key: String
        var range: ClosedRange<Double>

        init(_ key: String, _ range: ClosedRange<Double>) {
            self.key = key
            self.range = range
        }

        static let register = Signal("energy_total_kwh", 0...1e12)
    }

    var area: Area
    var asset: String
    var kind = TopicKind.tele
    /// Its numbers; the first is the one whose quality is looked at. A line has none.
    var signals: [Signal] = []
    /// Worth of the first signal before any message.
    var silent = Quality.estimated
    /// Worth of the first signal after an `offline` status, while a good reading still holds.
    var offline = Quality.notConnected
    /// `connected:false` raises `trip`.
    var trips = true
    /// A stamp ahead of plant time raises `clock`.
    var watchesClock = true
    /// Why a payload without a known key is refused.
    var useless = RejectReason.unknownKey
    /// Members of a payload that is all right.
    var good: String
    var make: @Sendable () -> any Component

    var testDescription: String { "\(area.rawValue)/\(asset)/\(kind.rawValue)" }
    var path: String { "\(area.rawValue)/\(asset)" }

    /// A component's asset with numbers; a number 40 % up its range is all right.
    init(
        _ area: Area, _ asset: String, _ signals: [Signal], silent: Quality = .estimated,
        offline: Quality = .notConnected, trips: Bool = true, make: @escaping @Sendable () -> any Component
    ) {
        self.area = area
        self.asset = asset
        self.signals = signals
        self.silent = silent
        self.offline = offline
        self.trips = trips
        self.make = make
        good = "\"\(signals[0].key)\":\(InputSubject.middle(signals[0].range))"
    }

    private init(line: String, kind: TopicKind, good: String) {
        area = .line
        asset = line
        self.kind = kind
        self.good = good
        (trips, watchesClock, useless) = (false, false, .wrongType)
        make = { AssemblyLine(site: "s") }
    }

    static func middle(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (0.4 * (range.upperBound - range.lowerBound)).rounded(.up)
    }

    /// What the first signal is worth now; nil for a line.
    func quality(_ reply: ComponentReply) -> Quality? {
        guard let key = signals.first?.key else { return nil }
        return reply.values.first { $0.area == area && $0.asset == asset && $0.key == key }?.used.quality
    }

    /// Whether one good message was taken and used.
    func heard(_ reply: ComponentReply) -> Bool {
        guard reply.counts.accepted == 1, reply.counts.readings == 1, reply.counts.rejectedTotal == 0 else {
            return false
        }
        return signals.isEmpty || quality(reply) == .good
    }

    /// A message of this asset that arrives at the end of `tick`.
    func message(_ payload: String, tick: Int = 1, retain: Bool = false) -> Routed {
        Bench.message(area, asset, kind, arrives: Double(tick) * 60, retain: retain, payload)
    }

    /// `good`, or other members, for the minute of `tick`.
    func minute(_ members: String? = nil, tick: Int = 1, seq: Int? = nil) -> String {
        let ts = Bench.context(tick).from.rfc3339
        let number = seq.map { "\"seq\":\($0)," } ?? ""
        return "{\"ts\":\"\(ts)\",\(number)\"period_s\":60,\(members ?? good)}"
    }

    func status(_ text: String, tick: Int = 1) -> Routed {
        Bench.message(area, asset, .status, arrives: Double(tick) * 60, text)
    }
}

extension InputSubject {
    /// Everything that hears messages, by its area.
    static let all = metered + lines

    static let lines = [
        InputSubject(line: "final", kind: .vehicle, good: #""vehicle":"A","event":"line_off""#),
        InputSubject(line: "final", kind: .count, good: #""vehicles_total":100"#),
    ]

    static let metered =
        surroundings + heat + charging + [
            InputSubject(
                .storage, "ess-1",
                [
                    .init("power_kw", -550...550), .init("soc_fraction", 0...1),
                    .init("energy_out_total_kwh", 0...1e12),
                    .init("energy_in_total_kwh", 0...1e12),
                ], make: { Bench.storage() }),
            InputSubject(
                .grid, "meter",
                [
                    .init("import_kw", 0...40_000), .init("export_kw", 0...40_000),
                    .init("energy_in_total_kwh", 0...1e12),
                    .init("energy_out_total_kwh", 0...1e12),
                ], make: { Bench.grid() }),
            // An intensity holds for its half hour, whether its feed is there or not.
            InputSubject(
                .grid, "intensity", [.init("g_per_kwh", 0...1000)], silent: .stale, offline: .good, trips: false,
                make: { Bench.grid() }),
        ]

    private static let surroundings = [
        InputSubject(
            .weather, "mast",
            [.init("temperature_c", -40...50), .init("wind_speed_m_per_s", 0...75), .init("ghi_w_per_m2", -10...1600)],
            trips: false, make: { Bench.weather() }),
        InputSubject(.wind, "farm", [.init("power_kw", -40...2100), .register], make: { Bench.wind() }),
        InputSubject(.solar, "pv", [.init("power_kw", -9...990), .register], make: { Bench.solar() }),
        InputSubject(
            .fuelcell, "cell",
            [
                .init("power_kw", -100...1100), .init("heat_kw", 0...2000), .init("ethanol_kw", 0...4000), .register,
            ], make: { Bench.fuelCells() }),
        InputSubject(
            .ethanol, "tank", [.init("volume_l", 0...52_500)], silent: .stale, offline: .stale, trips: false,
            make: { Bench.tanks() }),
        InputSubject(
            .shop, "paint",
            [
                .init("load_kw", 0...50_000), .init("gas_kw", 0...50_000), .register, .init("gas_total_kwh", 0...1e12),
            ], make: { Bench.shops() }),
        InputSubject(
            .building, "halls", [.init("load_kw", 0...2000), .register],
            make: { Bench.building("halls", loadMaxKW: 2000) }),
    ]

    /// 1.1 times 1000 kW of heat; the input at 0.8, and 3 for the pump, with 30 % above it.
    private static let heat = [
        InputSubject(
            .heat, "boiler", [.init("heat_kw", 0...1100), .init("gas_kw", 0...1787.5)], make: { Bench.heat() }),
        InputSubject(.heat, "pump", [.init("heat_kw", 0...1650), .init("load_kw", 0...715)], make: { Bench.heat() }),
        InputSubject(.heat, "recovery", [.init("heat_kw", 0...550)], make: { Bench.heat() }),
        InputSubject(
            .heat, "store", [.init("heat_kw", -1100...1100), .init("soc_fraction", 0...1)], make: { Bench.heat() }),
    ]

    /// 10 points of 10 kW.
    private static let charging = [
        InputSubject(
            .agv, "group",
            [.init("load_kw", 0...110), .init("must_kw", 0...220), .init("soc_fraction", 0...1)],
            make: { Bench.charging(.agv, Bench.agvs) }),
        InputSubject(
            .yard, "group",
            [.init("load_kw", 0...110), .init("can_charge_kw", 0...220), .init("need_kwh", 0...1e6)],
            make: { Bench.charging(.yard, Bench.yard) }),
        InputSubject(
            .bay, "group",
            [.init("power_kw", -110...110), .init("can_discharge_kw", 0...220), .init("soc_fraction", 0...1)],
            make: { Bench.charging(.bay, Bench.bays) }),
    ]
}
