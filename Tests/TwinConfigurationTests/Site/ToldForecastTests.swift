import Testing
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinTesting

/// A site may declare a weather forecast and prices that are told to it.
@Suite("Told forecasts in assets.yaml")
struct ToldForecastTests {
    private static let mast = "    height_m: {value: 10, source: \"ASM: standard height of a weather mast\"}"
    private static let price =
        "price: {id: price, min_per_mwh: {value: -500, source: x}, max_per_mwh: {value: 4000, source: x},"
        + " max_age_s: {value: 86400, source: x}}"

    @Test("what is not declared is not there")
    func absent() throws {
        let config = try Repository.config()
        #expect(config.weather.forecast == nil && config.grid.price == nil)
        #expect(config.weather.paths == [AssetPath(.weather, "mast")] && config.grid.paths.count == 2)
    }

    @Test("both are read with their ids and ages")
    func declared() throws {
        let weather = try Repository.config(
            "assets.yaml", Self.mast, "    forecast: {id: nwp, max_age_s: {value: 43200, source: x}}\n" + Self.mast)
        #expect(weather.weather.forecast == .init(asset: "nwp", maxAge: .hours(12)))
        #expect(weather.weather.paths == [AssetPath(.weather, "mast"), AssetPath(.weather, "nwp")])
        let grid = try Repository.config("assets.yaml", "  intensity:\n", "  \(Self.price)\n  intensity:\n")
        #expect(grid.grid.price == .init(asset: "price", range: -500...4000, maxAge: .hours(24)))
        #expect(grid.grid.paths.last == AssetPath(.grid, "price"))
    }

    @Test(
        "an id that is another's, a key that is none and an age without a source are named",
        arguments: [
            ("forecast: {id: mast, max_age_s: {value: 43200, source: x}}", "is the mast's id too"),
            ("forecast: {id: nwp, max_age: {value: 43200, source: x}}", "did you mean \"max_age_s\""),
            ("forecast: {id: nwp, max_age_s: 43200}", "has no source"),
        ])
    func problems(text: String, word: String) throws {
        let problems = try #require(throws: ConfigProblems.self) {
            try Repository.config("assets.yaml", Self.mast, "    \(text)\n" + Self.mast)
        }
        #expect(problems.list.contains { $0.description.contains(word) }, "\(problems.list)")
    }

    @Test("a price with the meter's id is named")
    func priceID() throws {
        let problems = try #require(throws: ConfigProblems.self) {
            try Repository.config(
                "assets.yaml", "  intensity:\n",
                "  \(Self.price.replacing("id: price", with: "id: main"))\n  intensity:\n")
        }
        #expect(problems.list.contains { $0.description.contains("another one's id at the grid") }, "\(problems.list)")
    }
}
