import TwinCore
import TwinRuntime

/// What a page is asked.
struct PageAsk: Sendable {
    var source: PageSource
    var visitor: Visitor
    /// Behind the page's own path: `["wind", "t01"]` of `/asset/wind/t01`.
    var path: [String] = []
    var query: [String: String] = [:]
    /// What people did about alarms.
    var deeds = AlarmDeeds()
    /// Whether somebody must log in.
    var isGuarded = false
    /// The server's clock, for where no step and no store tells a time.
    var wall = PlantTime(ms: 0)

    /// Plant time of what is shown.
    var time: PlantTime { source.now(wall: wall) }

    /// How many days back are asked for.
    /// - Throws: 400 for what is no such number.
    func days(_ usual: Int64, most: Int64) throws -> Int64 {
        guard let text = query["days"], !text.isEmpty else { return usual }
        guard let days = Int64(text), (1...most).contains(days) else {
            throw WebError.bad("days: \"\(text.prefix(40))\" is not in 1 to \(most)")
        }
        return days
    }

    /// - Throws: 503 where there is no store.
    func store() throws -> any StoreReading {
        if let store = try source.store() { return store }
        // A run makes it with its first step.
        guard source.feed == nil || source.feed?.moment != nil else { throw source.noStepYet }
        throw WebError.unavailable("there is no store here; the pages of a run or of twin serve have one")
    }
}

/// A page: its data in one JSON, which its module draws. `/name` is the page, `/name.json` what it shows.
protocol Page: Sendable {
    /// In the address, and of its module in `Files/`.
    var name: String { get }
    /// In the navigation and in the window's title.
    var title: String { get }
    /// Whether its place in the navigation is a page of its own.
    var isListed: Bool { get }
    /// The same where it depends on what is served.
    func isListed(in source: PageSource) -> Bool
    /// May read the store: it runs on a thread of its own.
    func json(_ ask: PageAsk) throws -> JSON
}

extension Page {
    var isListed: Bool { true }
    func isListed(in source: PageSource) -> Bool { isListed }
}

/// All pages, in the order of the navigation.
enum Pages {
    static let all: [any Page] = [
        OverviewPage(), EnergyPage(), CO2Page(), VehiclesPage(), PlanPage(), CommandsPage(), AlarmsPage(), DataPage(),
        AssetsPage(), GroupPage.storage, GroupPage.charging, StudiesPage(), ReplayPage(), AssetPage(), LoginPage(),
    ]
}
