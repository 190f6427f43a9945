import Hummingbird
import TwinConfiguration
import TwinCore
import TwinRuntime

/// The reins of a replay.
extension ActionRoutes {
    static let speeds = 0.001...1_000_000.0

    func addReplay(to router: Router<PageContext>) {
        add("replay/control", .engineer, "replay.control", ["do", "speed", "steps"], to: router) { ask in
            let reins = try reins()
            switch try ask.text("do") {
            case "play": reins.go(speed: ask.json["speed"] == nil ? reins.state.speed : try speed(ask.json["speed"]))
            case "pause": reins.pause()
            case "speed": reins.set(speed: try speed(ask.json["speed"]))
            case "step":
                let steps = ask.json["steps"] ?? .number(1)
                guard let count = steps.integer.flatMap({ Int(exactly: $0) }), (1...10_000).contains(count) else {
                    throw WebError.bad("\"steps\" is outside 1...10000")
                }
                reins.step(count)
            default: throw WebError.bad("\"do\" is none of play, pause, step, speed")
            }
            return .taken(notes: [])
        }
        let keys = ["do", "on", "for", "key", "by", "value", "every", "share"]
        add("replay/fault", .engineer, "replay.fault", keys, to: router) { ask in
            let reins = try reins()
            guard !reins.state.isOver else { throw WebError.refused("the input is played to its end") }
            guard let feed = source.feed, let moment = feed.moment else {
                throw source.noStepYet
            }
            let fault: Fault
            do throws(LineFailure) { fault = try Fault(ask.json, at: moment.outcome.end) } catch {
                throw WebError.bad(error.text)
            }
            let heard = feed.messages.topics.values.lazy.map(\.last)
            if let problem = InjectedFault.problem(fault, moment.config, moment.loop, heard: heard) {
                throw WebError.refused(problem)
            }
            guard reins.inject(fault) else {
                throw WebError.refused(
                    "\(ReplayReins.thrownMax) faults were thrown in, and no more are taken; begin the replay anew")
            }
            return .taken(notes: ["from \(moment.config.zone.clock(fault.from)) on"])
        }
    }

    private func reins() throws -> ReplayReins {
        guard let reins = source.reins else {
            throw WebError(status: 409, code: "no_replay", text: "nothing is replayed here; see twin replay --listen")
        }
        return reins
    }

    /// Plant seconds per wall second; nil for `"max"`, as fast as possible.
    private func speed(_ json: JSON?) throws -> Double? {
        if json?.text == "max" { return nil }
        guard let speed = json?.double, Self.speeds.contains(speed) else {
            throw WebError.bad("\"speed\" is \"max\" or 0.001...1000000 plant seconds per second")
        }
        return speed
    }
}
