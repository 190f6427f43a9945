import TwinConfiguration
import TwinCore

/// A register that was read from time to time, made to count on where its meter ran over or was replaced.
struct CounterRegister {
    enum Step { case grew, ranOver, replaced }

    /// Where the register begins again, in the written unit; nil when it is not known to.
    let top: Double?
    private var last: Double?
    /// What is added to a reading.
    private var offset = 0.0

    init(top: Double?) { self.top = top }

    /// What a reading is in a register that never fell.
    ///
    /// A fall by more than half the register is an overrun, if it is known where it overruns. Any other fall is a new
    /// meter, or a reset: nobody saw what flowed around it, and it counts on from its new value.
    mutating func take(_ reading: Double) -> (value: Double, step: Step) {
        var step = Step.grew
        if let last, reading < last {
            if let top, last - reading > top / 2 {
                step = .ranOver
                offset += top
            } else {
                step = .replaced
                offset += last - reading
            }
        }
        last = reading
        return (reading + offset, step)
    }
}

extension SourceImport {
    mutating func continueCounters() {
        for (index, signal) in source.signals.enumerated() where signal.kind == .counter {
            let top = signal.digits.map { digits in
                signal.written((0..<digits).reduce(1.0) { power, _ in power * 10 }, period: source.period)
            }
            var register = CounterRegister(top: top)
            let places = readings.indices.filter { place in
                groups[readings[place].group].signals.contains(index)
                    && readings[place].values.contains { $0.key == signal.key }
            }
            tracks[index] = SignalTrack()
            for place in places.sorted(by: { readings[$0].ts < readings[$1].ts }) {
                guard let entry = readings[place].values.firstIndex(where: { $0.key == signal.key }) else { continue }
                let (value, step) = register.take(readings[place].values[entry].value)
                readings[place].values[entry].value = value
                tracks[index].add(readings[place].ts, value)
                if step == .ranOver { counts[index].ranOver.add(line: readings[place].line) }
                if step == .replaced { counts[index].replaced.add(line: readings[place].line) }
            }
        }
    }
}
