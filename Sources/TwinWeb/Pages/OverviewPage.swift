import TwinCore

/// What is going on, in one look.
struct OverviewPage: Page {
    let name = "overview"
    let title = "Overview"

    func json(_ ask: PageAsk) throws -> JSON {
        guard let moment = ask.source.feed?.moment else { throw WebError.unavailable("no step was closed yet") }
        return PlantSnapshot(moment).json
    }
}
