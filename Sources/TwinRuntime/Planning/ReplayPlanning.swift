import TwinConfiguration
import TwinCore
import TwinDispatch

/// Plans of a replay: each is solved at its mark, and the replay waits for it. Its lines are of the next tick.
struct ReplayPlanning {
    private var desk: PlanDesk?
    private let planner: Planner?
    /// What stands as a trouble.
    private var troubles: [AlarmKey: String] = [:]
    /// For the tick that comes.
    private(set) var lines: [Line] = []

    /// Nil where nobody plans.
    init?(_ plans: PlanSource, start: PlantTime) {
        switch plans {
        case .planner(let planner): self.planner = planner
        case .absent(let why):
            planner = nil
            say(.ownSolver, why, at: start)
        case .none: return nil
        }
    }

    /// Whether a recorded line says what is planned anew.
    static func replaces(_ line: Line) -> Bool {
        switch line.body {
        case .plan: true
        case .op(let json): [AlarmKey.ownSolver, .ownPlan].contains { json["alarm"]?.text == $0.path }
        default: false
        }
    }

    mutating func look(_ engine: TwinEngine, at mark: PlantTime) {
        lines = []
        guard let planner, let scene = engine.scene else { return }
        let (config, epoch) = (engine.config, engine.state.epoch)
        guard config.strategy == .optimiser, engine.state.mode != .off else {
            desk = nil
            say(.ownSolver, nil, at: mark)
            return say(.ownPlan, nil, at: mark)
        }
        if desk?.isOf(config, epoch: epoch) != true { desk = PlanDesk(config, epoch: epoch, step: engine.plan.step) }
        guard
            let question = desk?.look(scene.plant, scene.image, requests: engine.state.requests?.asked ?? [], at: mark)
        else { return }
        let answer = PlanAnswer(question, planner)
        if let plan = answer.plan {
            lines.append(Line(t: mark, .plan(plan)))
            say(.ownPlan, answer.unkept, at: mark)
        }
        say(.ownSolver, answer.failure, at: mark)
    }

    private mutating func say(_ key: AlarmKey, _ cause: String?, at mark: PlantTime) {
        guard cause != troubles[key] else { return }
        troubles[key] = cause
        lines.append(Line(t: mark, .op(SiteTroubles.word(key, cause))))
    }
}
