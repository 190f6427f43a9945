import TwinConfiguration
import TwinCore
import TwinRuntime

/// Whether a run does what it is there for: each check by itself, with a sentence.
struct Readiness {
    struct Check: Hashable {
        var name: String
        var isWell: Bool
        var text: String
    }

    /// Steps that may be due before a run counts as late.
    static let stepsLateMax = 3.0

    let checks: [Check]

    var isReady: Bool { checks.allSatisfy(\.isWell) }

    init(_ source: PageSource, now: ContinuousClock.Instant = .now) {
        guard let feed = source.feed else {
            let isThere = (try? source.store()) != nil  // why it cannot be read, pages say
            checks = [
                Check(
                    name: "store", isWell: isThere,
                    text: isThere ? "can be read" : "there is none, or it cannot be read")
            ]
            return
        }
        let meter = feed.meter
        var checks = [
            Check(
                name: "first_step", isWell: feed.moment != nil,
                text: feed.moment.map { "tick \($0.outcome.tick) is closed" } ?? "no step was closed yet")
        ]
        switch meter.pulse?.link {
        case .up?: checks.append(Check(name: "broker", isWell: true, text: "connected"))
        case .down?: checks.append(Check(name: "broker", isWell: false, text: "not connected; the run tries again"))
        case nil: break
        }
        switch meter.pulse?.store {
        case .current?: checks.append(Check(name: "store", isWell: true, text: "has what it was given"))
        case .behind?:
            checks.append(
                Check(name: "store", isWell: false, text: "does not take what the run writes; the journal has it"))
        case RunPulse.Store.none?, nil: break
        }
        let step = source.present.step
        if let lag = meter.lagS(step: step, now: now) {
            let most = Readiness.stepsLateMax * step.seconds
            checks.append(
                Check(
                    name: "step_lag", isWell: lag < most,
                    text:
                        "\(JSON.numberText((lag * 10).rounded() / 10)) s behind the clock, at most \(JSON.numberText(most)) s"
                ))
        }
        self.checks = checks
    }

    var json: JSON {
        .fields([
            "status": .string(isReady ? "ready" : "not_ready"),
            "checks": .array(
                checks.map {
                    .fields(["check": .string($0.name), "ok": .bool($0.isWell), "text": .string($0.text)])
                }),
        ])
    }
}
