import Testing
import TwinConfiguration
import TwinCore
import TwinTesting

@Suite("Mappings of an import")
struct ImportMappingTests {
    private func signal(_ text: String) -> String { problems(mappingText(signals: ["{\(text)}"])) }

    @Test func `a unit that does not fit the key is refused naming both`() {
        #expect(
            signal("column: p, asset: wind/farm, key: power_kw, unit: m/s, kind: mean")
                == "m.yaml:13:60: error: sources[0].signals[0].unit: cannot write m/s (speed) as power_kw (kW): "
                + "the quantities differ")
        #expect(
            signal("column: p, asset: wind/farm, key: power_kw, unit: kWh, kind: mean")
                .contains("kWh of an interval are kind energy"))
        #expect(
            signal("column: p, asset: wind/farm, key: energy_total_kwh, unit: kWh, kind: energy")
                .contains("kind energy turns kWh of an interval into the mean kW of a _kw key"))
        #expect(
            signal("column: p, asset: wind/farm, key: power_kw, unit: kW, kind: counter").contains(
                "a counter is a register"))
        #expect(
            signal("column: p, asset: wind/farm, key: power, unit: kW, kind: mean")
                .contains("\"power\" has no unit in its name that we know; keys end in g_per_kwh"))
        #expect(
            signal("column: p, asset: wind/farm, key: power_kw, unit: KW, kind: mean").contains("did you mean \"kW\"?"))
    }

    @Test func `a scale without a source is refused`() {
        let start = "column: p, asset: wind/farm, key: power_kw, unit: kW, kind: mean, scale: "
        #expect(signal(start + "2").contains("2 changes measured values without a source"))
        #expect(signal(start + "{value: 2}").contains("\"source\" is missing"))
        #expect(signal(start + "1") == "")
        #expect(signal(start + "{value: 2, source: meter ratio}") == "")
        #expect(
            signal(
                "column: t, asset: weather/mast, key: temperature_c, unit: degC, kind: mean, scale: {value: 2, source: x}"
            )
            .contains("a temperature has no meaningful multiple"))
    }

    @Test func `unknown areas, keys and kinds are named with what they probably mean`() {
        #expect(
            signal("column: p, asset: wimd/farm, key: power_kw, unit: kW, kind: mean").contains(
                "did you mean \"wind\"?"))
        #expect(
            signal("column: p, asset: farm, key: power_kw, unit: kW, kind: mean").contains("area/asset like wind/farm"))
        #expect(
            signal("column: p, asset: wind/farm, key: power_kw, unit: kW, kind: meen").contains(
                "did you mean \"mean\"?"))
        #expect(
            signal("column: p, asset: wind/farm, key: power_kw, unit: kW, kind: mean, rnage: [0, 1]")
                .contains("did you mean \"range\"?"))
    }

    /// Problems of a mapping with these signals in a plant of a wind farm, two parks and a shop.
    private func misfits(_ signals: String...) throws -> [String] {
        let plant = [
            AssetInput(AssetPath(.wind, "farm"), keys: ["power_kw", "energy_total_kwh"]),
            AssetInput(AssetPath(.solar, "pv1"), keys: ["power_kw"]),
            AssetInput(AssetPath(.solar, "pv2"), keys: ["power_kw"]),
            AssetInput(AssetPath(.shop, "works"), keys: ["load_kw", "gas_kw"]),
        ]
        let read = try mapping(mappingText(signals: signals.map { "{column: p, \($0), unit: kW, kind: mean}" }))
        do {
            try read.check(against: plant)
            return []
        } catch {
            return error.list.map(\.description)
        }
    }

    @Test func `an asset that the plant does not have is named with what it has`() throws {
        #expect(try misfits("asset: wind/farm, key: power_kw", "asset: shop/works, key: gas_kw") == [])
        #expect(
            try misfits("asset: wind/fram, key: power_kw") == [
                "m.yaml:13:28: error: sources[0].signals[0].asset: the configuration has no asset \"wind/fram\"; "
                    + "did you mean \"wind/farm\"?"
            ])
        #expect(
            try misfits("asset: solar/south-roof, key: power_kw")[0].hasSuffix(
                "has no asset \"solar/south-roof\"; of solar it has pv1, pv2; write one that it has, or add it there"))
        #expect(
            try misfits("asset: line/final-1, key: load_kw")[0].hasSuffix(
                "it takes no telemetry of line; write one that it has, or add it there"))
        // Of the right area, even where the name of another is nearer.
        #expect(try misfits("asset: solar/pv3, key: power_kw")[0].contains("did you mean \"solar/pv1\"?"))
    }

    @Test func `a key that the asset does not take is named with those that it takes`() throws {
        #expect(
            try misfits("asset: shop/works, key: lood_kw") == [
                "m.yaml:13:45: error: sources[0].signals[0].key: shop/works takes no \"lood_kw\"; "
                    + "did you mean \"load_kw\"?"
            ])
        let found = try misfits("asset: wind/farm, key: heat_kw", "asset: wind/other, key: heat_kw")
        #expect(found.count == 2)
        #expect(found[0].hasSuffix("takes no \"heat_kw\"; write one of power_kw, energy_total_kwh"))
    }

    @Test func `the site of another configuration is refused in its line`() throws {
        let load = "{column: p, asset: shop/works, key: load_kw, unit: kW, kind: mean}"
        let read = try mapping(mappingText(signals: [load]))
        try read.check(site: "sunderland")
        let error = #expect(throws: ConfigProblems.self) { try read.check(site: "oppama") }
        #expect(
            error?.description
                == "m.yaml:2:7: error: site: \"sunderland\" is not the configuration's site \"oppama\"; write that, or "
                + "name the configuration of \"sunderland\" with --config")
    }

    @Test func `all problems of a file are reported at once`() {
        let text = """
            twin: mapping/2
            site: Sunderland
            time_zone: Europe/Londn
            step_s: 7
            from: 2025-02-30
            for: 0d
            sources:
              - name: a
                file: x.csv
                time: {column: t, format: offset, stamp: start}
                period: 2d
                signals:
                  - {column: p, asset: wind/farm, key: power_kw, unit: V, kind: mean}
            """
        let found = problems(text).split(separator: "\n")
        #expect(found.count >= 6)
        #expect(found.contains { $0.contains("this file is \"mapping/2\", this program reads \"mapping/1\"") })
        #expect(found.contains { $0.contains("did you mean \"Europe/London\"?") })
        #expect(found.contains { $0.contains("no day of the calendar") })
    }

    @Test func `what a source needs is checked`() {
        let load = "{column: p, asset: shop/works, key: load_kw, unit: kW, kind: mean}"
        #expect(
            problems(mappingText(signals: [load, load])).contains(
                "shop/works load_kw is written by another column already"))
        #expect(problems(mappingText(period: "2d", signals: [load])).contains("2d is longer than a day"))
        #expect(problems(mappingText(period: "0m", signals: [load])).contains("0 is no length of time"))
        let offset = "{column: time, format: offset, stamp: start}"
        #expect(problems(mappingText(time: offset, signals: [load])).contains("format offset needs the offset"))
        let needless = "{column: time, format: local, offset: \"+01:00\", stamp: start}"
        #expect(problems(mappingText(time: needless, signals: [load])).contains("offset is only for format offset"))
        #expect(
            problems(
                mappingText(signals: [
                    "{column: p, asset: shop/works, key: load_kw, unit: kW, kind: mean, range: [5, 1]}"
                ])
            )
            .contains("write the lower end first"))
    }

    @Test func `whole days are local days and other lengths are plain time`() throws {
        let load = "{column: p, asset: shop/works, key: load_kw, unit: kW, kind: mean}"
        let week = try mapping(mappingText(from: "2025-10-20", length: "7d", signals: [load]))
        #expect((week.to - week.from) == Span.hours(169))
        let hours = try mapping(mappingText(from: "2025-10-26", length: "6h", signals: [load]))
        #expect((hours.to - hours.from) == Span.hours(6))
    }

    @Test func `what is modelled is handed out`() throws {
        let load = "{column: p, asset: shop/works, key: load_kw, unit: kW, kind: mean}"
        let made = try mapping(mappingText(top: ["modelled: {line: {reason: nobody counted}}"], signals: [load]))
        #expect(made.modelled.map(\.name) == ["line"])
        #expect(made.modelled.first?.reason == "nobody counted")
        #expect(problems(mappingText(top: ["modelled: {line: {}}"], signals: [load])).contains("\"reason\" is missing"))
    }
}
