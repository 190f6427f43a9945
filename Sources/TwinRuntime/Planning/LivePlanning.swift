import Foundation
import Synchronization
import TwinConfiguration
import TwinCore
import TwinDispatch

/// Plans of a live run, solved beside the loop: a step never waits for one.
final class LivePlanning: Sendable {
    /// One at a time: what is asked while one is solved is asked again at the next half hour.
    private struct Desk: Sendable {
        var isSolving = false
        var answers: [PlanAnswer] = []
    }

    private let planner: Planner
    private let desk = Mutex(Desk())

    init(_ planner: Planner) { self.planner = planner }

    func ask(_ question: PlanDesk.Question) {
        let isFree = desk.withLock { desk in
            defer { desk.isSolving = true }
            return !desk.isSolving
        }
        guard isFree else { return }
        // A thread of its own: a solver blocks, and the pool of the loop has few.
        Thread.detachNewThread { [self] in
            let answer = PlanAnswer(question, planner)
            desk.withLock { desk in
                desk.answers.append(answer)
                desk.isSolving = false
            }
        }
    }

    /// What was solved since the last look.
    func take() -> [PlanAnswer] {
        desk.withLock { desk in
            defer { desk.answers = [] }
            return desk.answers
        }
    }
}

extension LiveLoop {
    /// Asks for a plan at a mark, if one is due. While the journal is stepped again its own plans count.
    func plan(_ engine: TwinEngine, at mark: PlantTime) {
        guard !isRecovering else { return }
        guard config.strategy == .optimiser, engine.state.mode != .off else {
            // Nobody misses a plan.
            trouble(.ownSolver, nil)
            return trouble(.ownPlan, nil)
        }
        switch options.plans {
        case .none: return
        case .absent(let why): trouble(.ownSolver, why)
        case .planner(let planner):
            if planDesk?.isOf(engine.config, epoch: engine.state.epoch) != true {
                planDesk = PlanDesk(engine.config, epoch: engine.state.epoch, step: engine.plan.step)
            }
            let asked = engine.state.requests?.asked ?? []
            guard let scene = engine.scene,
                let question = planDesk?.look(scene.plant, scene.image, requests: asked, at: mark)
            else { return }
            let planning = planning ?? LivePlanning(planner)
            self.planning = planning
            planning.ask(question)
        }
    }

    /// Takes what was planned: each plan becomes a line, in force from the next tick on.
    func takePlans() {
        for answer in planning?.take() ?? [] {
            if let plan = answer.plan {
                options.inbox.put(.plan(plan))
                trouble(.ownPlan, answer.unkept)
            }
            trouble(.ownSolver, answer.failure)
        }
    }
}
