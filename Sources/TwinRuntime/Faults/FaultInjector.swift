public import TwinCore

/// Signal faults: between plant and twin. Pure state; it changes messages, never the plant.
public struct FaultInjector: Sendable {
    private let seed: UInt64
    private var faults: [SignalFault] = []
    /// A message travels after all else has happened to it.
    private var delays: [SignalFault] = []
    /// Messages under way, in order of arrival.
    private var pending: [Arrival] = []

    /// - Parameter seed: the run's; it decides which messages a `share` takes.
    public init(seed: UInt64) { self.seed = seed }

    /// Adds a signal fault. The plant's own faults have no place here and are passed over.
    public mutating func add(_ fault: Fault) {
        let name = "fault.\(fault.verb.rawValue).\(faults.count + delays.count)"
        guard let signal = SignalFault(fault, stream: SeedStream(seed: seed, name: name)) else { return }
        if fault.verb == .delay { delays.append(signal) } else { faults.append(signal) }
    }

    public var isEmpty: Bool { faults.isEmpty && delays.isEmpty }

    /// Messages that have not arrived yet.
    public var underWay: Int { pending.count }

    /// What reaches the twin by `end` in place of `arrivals`, in order of arrival; a message that was under way comes
    /// before one that was sent when it arrives.
    /// - Parameter end: not before any of `arrivals`.
    public mutating func pass(_ arrivals: [Arrival], until end: PlantTime) -> [Arrival] {
        guard !isEmpty else { return arrivals }
        var onTime: [Arrival] = []
        for arrival in arrivals {
            for changed in change(arrival) {
                let late = travel(changed)
                if late.t > changed.t { hold(late) } else { onTime.append(changed) }
            }
        }
        let arrived = pending.prefix { $0.t <= end }
        pending.removeFirst(arrived.count)
        return merge(Array(arrived), onTime)
    }

    private mutating func change(_ arrival: Arrival) -> [Arrival] {
        var messages = [arrival]
        for index in faults.indices { messages = messages.flatMap { faults[index].pass($0) } }
        return messages
    }

    private mutating func travel(_ arrival: Arrival) -> Arrival {
        var late = arrival
        for index in delays.indices where delays[index].takes(arrival) {
            late.t = late.t + (delays[index].fault.shift ?? Span(ms: 0))
        }
        return late
    }

    private mutating func hold(_ arrival: Arrival) {
        let index = pending.firstIndex { $0.t > arrival.t } ?? pending.endIndex
        pending.insert(arrival, at: index)
    }

    /// Both are in order of arrival already.
    private func merge(_ late: [Arrival], _ onTime: [Arrival]) -> [Arrival] {
        guard !late.isEmpty else { return onTime }
        var merged: [Arrival] = []
        merged.reserveCapacity(late.count + onTime.count)
        var rest = late[...]
        for arrival in onTime {
            while let first = rest.first, first.t <= arrival.t {
                merged.append(first)
                rest = rest.dropFirst()
            }
            merged.append(arrival)
        }
        return merged + rest
    }
}
