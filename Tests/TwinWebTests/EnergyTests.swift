import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting
import TwinUnits

@testable import TwinWeb

@Suite("The page of energy")
struct EnergyTests {
    @Test("has the very figures of twin report")
    func sameAsReport() async throws {
        let day = try await WebDay.made()
        let page = try await WebDay.json("/energy.json?from=2025-06-18&to=2025-06-18", day.source)
        let window = try AskedWindow(day.config).window("2025-06-18", "period")
        let report = try #require(
            try day.store.summary(day.config.method.covering(day.store.chart(window)), window)
        ).json
        var compared = 0
        for account in try #require(page["accounts"]?.items) {
            let name = try #require(account["account"]?.text.flatMap { Account(name: $0) })
            guard name.row.bus.balances, name.row.flow != .memo else { continue }
            #expect(
                account["kwh"]
                    == report[name.row.bus == .electricity ? "energy_kwh" : "\(name.row.bus)_kwh"]?[name.row.summaryKey],
                "\(name)")
            compared += 1
        }
        #expect(compared > 15)
        #expect(page["electricity"]?["renewable_pct"]?.double == report["renewable_share"]?.double.map { 100 * $0 })
        // The newest day is what is asked for by default.
        #expect(try await WebDay.json("/energy.json", day.source) == page)
    }

    @Test("draws every kilowatt hour of a bus: what goes into a node comes out of it")
    func flowIsWhole() async throws {
        let day = try await WebDay.made()
        let page = try await WebDay.json("/energy.json", day.source)
        let links = try #require(page["flow"]?["links"]?.items)
        func sum(_ key: String, _ id: String) -> Double {
            links.filter { $0[key]?.text == id }.reduce(0) { $0 + ($1["kwh"]?.double ?? 0) }
        }
        for node in try #require(page["flow"]?["nodes"]?.items) where ["bus", "converter"].contains(node["kind"]?.text)
        {
            let id = try #require(node["id"]?.text)
            #expect(abs(sum("to", id) - sum("from", id)) < 1e-6, "\(id)")
        }
        #expect(links.allSatisfy { ($0["kwh"]?.double ?? 0) > 0 })
    }

    @Test("bars come to the account, and the CSV is the bars")
    func bars() async throws {
        let day = try await WebDay.made()
        let page = try await WebDay.json("/energy.json", day.source)
        let lines = try await WebDay.text("/energy.csv", day.source).split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(lines.count == 49)
        for (place, column) in try #require(page["bars"]?["columns"]?.items).enumerated() {
            let values = try #require(column["kwh"]?.items)
            #expect(lines[0][place + 3] == column["key"]?.text)
            #expect(lines.dropFirst().map { Double($0[place + 3]) } == values.map(\.double))
        }
        // A month is drawn by days, whose bar is the day: 388,629.448 kWh of import.
        let month = try await WebDay.json("/energy.json?period=2025-06", day.source)
        #expect(month["bars"]?["width"]?.text == "half_hour", "the books are a day wide")
    }

    @Test(
        "says what is wrong with a query",
        arguments: ["from=x", "to=2025-13-01", "period=2025-99", "from=2025-06-19&to=2025-06-18", "compare=x"])
    func badQuery(query: String) async throws {
        let day = try await WebDay.made()
        let error = try await WebDay.json("/energy.json?\(query)", day.source, status: 400)
        #expect(error["error"]?["code"]?.text == "bad_request")
    }

    @Test("a window without books is empty, and nothing in it is 0")
    func empty() async throws {
        let day = try await WebDay.made()
        let page = try await WebDay.json("/energy.json?from=2024-01-01&to=2024-01-02&compare=before", day.source)
        #expect(page["half_hours"]?.integer == 0)
        #expect(page["electricity"]?["autarchy_pct"] == .null)
        #expect(page["compare"]?["accounts"] == .null)
    }

    /// Gas 100 kWh into a boiler that tells 120 kWh of heat: 20 more than it can have. Sun of -5 kWh, load 30, import as the
    /// remainder of 40 leaves 40 - 5 - 30 = 5 kWh unmetered.
    @Test("impossible data is drawn as what it is")
    func impossible() throws {
        var method = try Repository.config().method
        let boiler = AssetPath(.heat, "boiler"), pv = AssetPath(.solar, "pv"), shop = AssetPath(.shop, "a")
        let grid = AssetPath(.grid, "main")
        method.chart = Chart([
            Meter(.gas, boiler), Meter(.heatBoiler, boiler), Meter(.solar, pv), Meter(.load, shop),
            Meter(.gridImport, grid),
        ])
        var meters = SumList(count: 5)
        for (place, kWh) in [100.0, 120, -5, 30, 40].enumerated() {
            meters[place] = AccountSum(
                Energy(roundingWattSeconds: kWh * 3.6e6), measuredMs: 1_800_000, estimatedMs: 0)
        }
        let row = PeriodRow(
            start: PlantTime(ms: 0), meters: meters, chart: method.chart, losses: LossFractions(electricity: 0, heat: 0)
        )
        var sum = WindowSum(method)
        sum.add(row)
        let flow = EnergyFlow(sum)
        func link(_ from: String, _ to: String) -> Double? {
            flow.links.first { $0.from == from && $0.to == to }?.energy.kilowattHours
        }
        #expect(link("surroundings", "converter boiler") == 20)
        #expect(link("bus electricity", "solar end negative") == 5)
        #expect(link("bus electricity", "unmetered end") == 5)
        #expect(link("bus electricity", "load shop") == 30)
        #expect(flow.links.allSatisfy { $0.energy > .zero })
    }

    @Test("a stretch without books is a gap, not 0")
    func gap() throws {
        let method = try Repository.config().method
        var bars = EnergyBars(method, .hour)
        for halfHour in [0, 1, 6] {
            bars.add(PeriodRow(start: PlantTime(ms: 0) + Span.minutes(30 * Int64(halfHour)), meterCount: 0))
        }
        let column = try #require(bars.json["columns"]?.items?.first?["kwh"]?.items)
        #expect(column == [.number(0), .null, .null, .number(0)])
        #expect(bars.csvLines[2].hasSuffix(",0" + String(repeating: ",", count: bars.accounts.count)))
    }
}

@Suite("A signal over time")
struct SeriesTests {
    @Test("is bounded in points and keeps what was highest")
    func bounded() async throws {
        let day = try await WebDay.made()
        let few = try await WebDay.json("/series.json?signal=wind/t01/power_kw&points=20", day.source)
        let all = try await WebDay.json("/series.json?signal=wind/t01/power_kw&points=5000", day.source)
        func values(_ json: JSON) throws -> [Double] {
            try #require(json["points"]?.items).compactMap { $0.items?[1].double }
        }
        #expect(try values(few).count <= 20)
        #expect(try values(all).count == 1440)
        #expect(try values(few).max() == values(all).max())
        #expect(few["unit"]?.text == "kW")
    }

    @Test(
        "refuses what it cannot tell",
        arguments: [
            ("signal=x", 400), ("signal=wind/t99/power_kw", 404), ("signal=wind/t01/power_kw&points=1000000", 400),
            ("signal=wind/t01/power_kw&kind=x", 400),
        ])
    func refused(query: String, status: Int) async throws {
        let day = try await WebDay.made()
        _ = try await WebDay.json("/series.json?\(query)", day.source, status: status)
    }

    /// Values of 0...1 and 5...6 min: one gap, that begins at minute 1.
    @Test("a gap is a row without a value")
    func gap() {
        func point(_ minute: Int64) -> SeriesPoint {
            SeriesPoint(
                from: PlantTime(ms: 0) + Span.minutes(minute), to: PlantTime(ms: 0) + Span.minutes(minute + 1),
                value: 1,
                quality: .good)
        }
        var series = GappedSeries(
            StoreWindow(from: PlantTime(ms: 0), to: PlantTime(ms: 0) + Span.minutes(10)), points: 100)
        series.add(point(0))
        series.add(point(5))
        #expect(series.rows == [.point(point(0)), .gap(PlantTime(ms: 60_000)), .point(point(5))])
    }

    @Test("the present hours of a run come from what the last steps used")
    func recent() async throws {
        let day = try await WebDay.made()
        var alone = PageSource(config: day.config, build: "test", feed: day.feed)
        alone.store = { nil }
        let live = try await WebDay.json(
            "/series.json?signal=wind/t01/power_kw&points=5000&from=2025-06-18T23:00", alone)
        let stored = try await WebDay.json(
            "/series.json?signal=wind/t01/power_kw&points=5000&from=2025-06-18T23:00", day.source)
        #expect(live["points"] == stored["points"])
        #expect(live["points"]?.items?.count == 60)
    }

    @Test("books of a run without a store are those of its newest step")
    func running() async throws {
        let day = try await WebDay.made()
        let alone = PageSource(config: day.config, build: "test", feed: day.feed)
        let live = try await WebDay.json("/energy.json?period=2025-06-18", alone)
        let stored = try await WebDay.json("/energy.json?period=2025-06-18", day.source)
        #expect(live["accounts"] == stored["accounts"])
        #expect(live["flow"] == stored["flow"])
    }
}
