import TwinCore

/// What one tick of a recording tells the simulated plant.
struct HeardTick: Sendable {
    /// Messages that go on to the twin, unless the plant changes them; what the plant itself tells is not among them.
    var passing: [Arrival] = []
    /// The clock's, which leave last.
    var clocks: [Arrival] = []
    /// Of assets of the surroundings: place of the message among those that pass, of what the plant hears of the asset, and
    /// its power where that can be used.
    var assets: [(message: Int, asset: Int, kw: Double?)] = []
    var weather: [(quantity: Int, value: Double)] = []
    var line: [Routed] = []
    /// What holds for more than a step.
    var coarse: [CoarseReadings.Reading] = []
}

/// Hears a recording for the simulated plant. It depends on nothing that the plant or the twin does, so it is done on the
/// thread that reads.
struct PlantHearing: Sendable {
    private var sources: FileSources
    private let step: Span
    /// Place of the mast's first quantity among the coarse readings.
    private let mast: Int

    init(_ sources: FileSources, step: Span, mast: Int) {
        self.sources = sources
        self.step = step
        self.mast = mast
    }

    mutating func hear(_ arrivals: [Arrival]) -> HeardTick {
        var heard = HeardTick()
        heard.passing.reserveCapacity(arrivals.count)
        for arrival in arrivals {
            let source = sources.place(of: arrival.topic)
            switch sources.part(source) {
            case .simulated: continue
            case .clock:
                heard.clocks.append(arrival)
                continue
            case .line(let asset, let kind):
                heard.line.append(Routed(arrival, area: .line, asset: asset, kind: kind))
            case .asset(let place):
                let telemetry = sources.read(arrival, at: source)
                heard.assets.append((heard.passing.count, place, telemetry == nil ? nil : sources.number(0)))
                if telemetry != nil, sources.signalCount > 1 {
                    for slot in 1..<sources.signalCount {
                        heard.assets.append((heard.passing.count, place + slot, sources.number(slot)))
                    }
                }
                if let telemetry { addCoarse(telemetry, first: place, to: &heard) }
            case .weather(let isMast):
                guard let telemetry = sources.read(arrival, at: source) else { break }
                for (quantity, value) in sources.numbers.enumerated() {
                    if let value { heard.weather.append((quantity, value)) }
                }
                if isMast { addCoarse(telemetry, first: mast, to: &heard) }
            case .other: break
            }
            heard.passing.append(arrival)
        }
        return heard
    }

    private func addCoarse(_ telemetry: Telemetry, first: Int, to heard: inout HeardTick) {
        guard let period = telemetry.period, period > step else { return }
        for (place, number) in sources.numbers.enumerated() {
            guard let number else { continue }
            heard.coarse.append(
                .init(signal: first + place, from: telemetry.ts, to: telemetry.ts + period, value: number))
        }
    }
}
