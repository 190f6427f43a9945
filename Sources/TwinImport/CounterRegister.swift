import TwinConfiguration
import TwinCore

/// A register that was read from time to time, made to count on where its meter ran over or was replaced.
struct CounterRegister {
    /// What a reading is in a register that never fell; no value for one that the meter cannot have shown.
    enum Reading: Equatable {
        case grew(Double)
        case ranOver(Double)
        case replaced(Double)
        case wrong

        var value: Double? {
            switch self {
            case .grew(let value), .ranOver(let value), .replaced(let value): value
            case .wrong: nil
            }
        }
    }

    /// Where the register begins again, in the unit of its readings; nil when it is not known to.
    let top: Double?

    /// Makes readings in order of time count on.
    ///
    /// A register that falls and is back at once was never low: what stands between, one value or the same one several
    /// times, is wrong; so is a leap that is taken back. Of the other falls, one by more than half the register is an
    /// overrun, if it is known where it overruns, and the rest are a new meter or a reset: nobody saw what flowed around
    /// it, and it counts on from its new value.
    func settled(_ readings: [Double]) -> [Reading] {
        let isWrong = wrong(readings)
        var offset = 0.0
        var last: Double?
        return readings.indices.map { index in
            if isWrong[index] { return .wrong }
            let reading = readings[index]
            defer { last = reading }
            guard let last, reading < last else { return .grew(reading + offset) }
            if let top, last - reading > top / 2 {
                offset += top
                return .ranOver(reading + offset)
            }
            offset += last - reading
            return .replaced(reading + offset)
        }
    }

    private func wrong(_ readings: [Double]) -> [Bool] {
        var isWrong = [Bool](repeating: false, count: readings.count)
        /// The right readings so far, since the register last fell.
        var right: [Int] = []
        var index = 0
        while index < readings.count {
            guard let last = right.last, readings[index] < readings[last] else {
                right.append(index)
                index += 1
                continue
            }
            var after = index + 1
            while after < readings.count, readings[after] == readings[index] { after += 1 }
            if after < readings.count, readings[after] >= readings[last] {
                for place in index..<after { isWrong[place] = true }
                index = after
                continue
            }
            let leap = right.reversed().prefix { readings[$0] == readings[last] }
            if let before = right.dropLast(leap.count).last, readings[before] <= readings[index] {
                for place in leap { isWrong[place] = true }
                right.removeLast(leap.count)
            } else {
                right = []
            }
        }
        return isWrong
    }
}

extension SourceImport {
    /// Brings registers to the unit of their keys and makes them count on.
    mutating func settleCounters() {
        for (index, signal) in source.signals.enumerated() where signal.kind == .counter {
            func written(_ value: Double) -> Double { signal.written(value, period: source.period) }
            let top = signal.digits.map { digits in written((0..<digits).reduce(1.0) { power, _ in power * 10 }) }
            let places = rows.indices.filter { rows[$0].values[index] != nil }
            let readings = places.compactMap { rows[$0].values[index] }.map(written)
            for (place, reading) in zip(places, CounterRegister(top: top).settled(readings)) {
                let row = rows[place]
                rows[place].values[index] = reading.value
                switch reading {
                case .grew: break
                case .ranOver: counts[index].ranOver.add(row.place)
                case .replaced: counts[index].replaced.add(row.place)
                case .wrong:
                    counts[index].wrong.add(
                        row.place, "\(plain(row.values[index] ?? 0)) between higher or lower ones; it is a gap")
                }
            }
        }
    }
}
