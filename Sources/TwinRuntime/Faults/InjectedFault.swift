public import TwinConfiguration
public import TwinCore
import TwinPlant

/// Whether a fault that is thrown into a replay while it plays would do anything: the rules of a scenario, held against what
/// was heard so far.
public enum InjectedFault {
    /// Why it would do nothing; nil where it may.
    /// - Parameter heard: the last message of each topic.
    public static func problem(
        _ fault: Fault, _ config: SiteConfig, _ loop: LoopKind, heard: some Sequence<Arrival>
    ) -> String? {
        let verb = "fault \(fault.verb.rawValue)"
        guard fault.verb.needsClosedLoop else { return signalProblem(fault, heard).map { "\(verb): \($0)" } }
        guard loop == .closed else {
            return "\(verb) happens in the plant, and an open recording has none; replay it with --loop closed"
        }
        guard let on = fault.on else { return nil }
        let found = config.assets.filter { Expectation.matches(on, path: $0.path.text) }
        guard !found.isEmpty else {
            let near = suggestion(for: on, among: config.assets.map(\.path.text)).map { "; did you mean \($0)?" }
            return "\(verb): \(JSON.string(on).line) is no asset of the configuration\(near ?? "")"
        }
        switch fault.verb {
        case .ignoreCommand where found.allSatisfy({ $0.kind.control == nil }): return "\(verb): \(on) obeys no command"
        case .doesNotLeave where !found.contains(where: { $0.path.area == .yard || $0.path.area == .bay }):
            return "\(verb): \(on) is neither a yard nor a bay, which vehicles leave"
        default: return nil
        }
    }

    private static func signalProblem(_ fault: Fault, _ heard: some Sequence<Arrival>) -> String? {
        guard var reach = FaultReach(fault), let on = fault.on else { return "its topics are no topic filter" }
        for arrival in heard where reach.isAbout(arrival.topic) { reach.look(at: arrival) }
        guard reach.isTopicHeard else { return "\(JSON.string(on).line) matches no topic that was heard so far" }
        // The next message of a line may be the line-off that the last one was not.
        guard !reach.isKeyHeard, !fault.verb.isOfLineOffs else { return nil }
        return
            "no message of \(on) has the key \(fault.key ?? ""); they have \(reach.keys.sorted().joined(separator: ", "))"
    }
}
