import TwinConfiguration
import TwinCore
import TwinPlant

/// What a signal fault finds in a recording, or in what the simulated plant sends in its place.
struct FaultReach {
    let fault: Fault
    private let filter: TopicFilter
    /// `"power_kw"` as bytes, to look for before a payload is read.
    private let quotedKey: [UInt8]
    private(set) var isTopicHeard = false
    private(set) var isKeyHeard = false
    /// Whether it changes at least one message, but for the chance of a `share`.
    private(set) var isTouching = false
    /// Keys of the messages that it is about, for a suggestion.
    private(set) var keys: Set<String> = []
    /// Topics whose keys are known.
    private var read: Set<String> = []

    /// Nil for a fault of the plant.
    init?(_ fault: Fault) {
        guard !fault.verb.needsClosedLoop, let filter = fault.on.flatMap({ TopicFilter($0) }) else { return nil }
        self.fault = fault
        self.filter = filter
        let word = fault.verb.isOfLineOffs ? "line_off" : fault.key
        quotedKey = word.map { Array(JSON.string($0).line.utf8) } ?? []
    }

    func isAbout(_ topic: String) -> Bool { filter.matches(topic) }

    /// Looks at a message of the recording.
    mutating func look(at arrival: Arrival) {
        isTopicHeard = true
        if !quotedKey.isEmpty, read.count < 64, read.insert(arrival.topic).inserted {
            keys.formUnion(members(arrival)?.map(\.key) ?? [])
        }
        let isActive = fault.isActive(at: arrival.t)
        guard isActive || !isKeyHeard, quotedKey.isEmpty || has(arrival) else { return }
        isKeyHeard = true
        if isActive { isTouching = true }
    }

    /// Looks at what the plant sends in every step of a run.
    mutating func look(at keys: [String], from start: PlantTime, to end: PlantTime) {
        isTopicHeard = true
        self.keys.formUnion(keys)
        guard !fault.verb.isOfLineOffs, fault.key.map({ keys.contains($0) }) ?? true else { return }
        isKeyHeard = true
        if fault.overlaps(start, end) { isTouching = true }
    }

    private func has(_ arrival: Arrival) -> Bool {
        guard arrival.payload.firstRange(of: quotedKey) != nil, let members = members(arrival) else { return false }
        if fault.verb.isOfLineOffs {
            return members.contains { $0.key == "event" && $0.value.text == "line_off" }
        }
        return members.contains { $0.key == fault.key }
    }

    private func members(_ arrival: Arrival) -> [JSON.Member]? {
        (try? JSONReader.read(arrival.payload))?.members  // what is unreadable has no key
    }
}

extension Fault {
    /// Whether it lasts at some time of a recording.
    func overlaps(_ start: PlantTime, _ end: PlantTime) -> Bool {
        from <= end && (lasting.map { from + $0 > start } ?? true)
    }
}
