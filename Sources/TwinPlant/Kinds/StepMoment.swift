import TwinCore

/// What weather, plan and sun are in a step, each worked out at most once: all ports share it.
struct StepMoment: Sendable {
    private let calendar: ProductionCalendar
    private let location: SolarSite
    private(set) var around: Around
    private var plan: Production?
    private var position: SunPosition?

    init(calendar: ProductionCalendar, location: SolarSite) {
        (self.calendar, self.location) = (calendar, location)
        let never = PlantTime(ms: 0)
        around = Around(from: never, to: never, airC: 0, windMPerS: 0, irradianceWPerM2: 0)
    }

    mutating func begin(_ around: Around) {
        self.around = around
        plan = nil
        position = nil
    }

    mutating func production() -> Production {
        let now = plan ?? Production(calendar, at: around.from)
        plan = now
        return now
    }

    mutating func sun() -> SunPosition {
        let middle = around.from + Span(ms: (around.to - around.from).ms / 2)
        let now = position ?? SunPosition(site: location, unixMilliseconds: middle.ms)
        position = now
        return now
    }
}

/// What a signal means to what all assets of a step share: the electric bus, and the gas that is burnt.
struct SharedPost: Sendable {
    enum Side { case source, use, gas }

    /// Of the signal, in the sheet.
    let place: Int
    let part: SignalPart
    let side: Side

    /// By signal of a kind; what is of neither is left out.
    static func all(of kind: any AssetKind) -> [SharedPost] {
        kind.signals.enumerated().flatMap { place, signal in signal.posts.compactMap { SharedPost(place, $0) } }
    }

    private init?(_ place: Int, _ post: Post) {
        let row = post.account.row
        if post.account == .gas {
            side = .gas
        } else if row.bus == .electricity, row.flow != .memo {
            side = row.flow.isSource ? .source : .use
        } else {
            return nil
        }
        self.place = place
        part = post.part
    }
}
