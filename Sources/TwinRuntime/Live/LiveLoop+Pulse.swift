import TwinCore

extension LiveLoop {
    /// Tells who looks on how the run does, where that is news.
    func tellPulse() {
        guard let watcher = options.watcher else { return }
        pulse.store = store.isBehind ? .behind : .current
        guard pulse != toldPulse else { return }
        toldPulse = pulse
        watcher.feel(pulse)
    }

    /// A step was closed.
    func notePulse(of outcome: TickOutcome, began: ContinuousClock.Instant) {
        guard options.watcher != nil else { return }
        pulse.tick = outcome.tick
        pulse.stepS = (ContinuousClock.now - began) / .seconds(1)
        pulse.lagS = options.clock == .wall ? max(0, (wallTime - outcome.end).seconds) : nil
        tellPulse()
    }
}
