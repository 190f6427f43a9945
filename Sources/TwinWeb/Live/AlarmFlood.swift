import TwinCore

/// Whether alarms come faster than anybody can answer. ISA-18.2 and EEMUA 191 call it a flood from more than 10 new ones
/// in 10 minutes on, until fewer than 5 came in 10 minutes. Plant time.
struct AlarmFlood: Sendable {
    static let span = Span.minutes(10)
    static let beginsAbove = 10
    static let endsBelow = 5
    /// More than these are a flood, however many they are.
    static let keptMax = 1000

    private var raised: [PlantTime] = []
    private(set) var isOn = false
    /// New ones of the last 10 minutes.
    var count: Int { raised.count }

    /// - Parameters:
    ///   - times: when alarms of the step were raised, without events.
    ///   - end: of the step.
    mutating func hear(raised times: [PlantTime], by end: PlantTime) {
        raised += times
        raised.removeAll { $0 <= end - AlarmFlood.span }
        if raised.count > AlarmFlood.keptMax { raised.removeFirst(raised.count - AlarmFlood.keptMax) }
        if count > AlarmFlood.beginsAbove { isOn = true }
        if count < AlarmFlood.endsBelow { isOn = false }
    }
}
