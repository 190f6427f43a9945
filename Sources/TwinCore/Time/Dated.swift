/// A value with the plant time from which it holds.
public struct Dated<Value: Sendable & Hashable>: Sendable, Hashable {
    public var from: PlantTime
    public var value: Value

    /// - Parameter from: by default it holds from the beginning.
    public init(_ value: Value, from: PlantTime = .earliest) {
        self.from = from
        self.value = value
    }
}

extension Array {
    /// Place of the value that holds at `time` in a list that ascends by `from`: the first one holds before its date too.
    public func index<Value>(at time: PlantTime) -> Int where Element == Dated<Value> {
        Swift.max(0, (firstIndex { $0.from > time } ?? count) - 1)
    }
}
