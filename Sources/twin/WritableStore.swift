import TwinRuntime
import TwinStore

/// Opens a live run's store: one that is damaged is kept aside and made anew from the journal.
/// - Parameter replaces: whether a file that is no store at all may be set aside too: where a journal says that there was a
///   store at this place.
/// - Throws: `StoreProblem` for what cannot be helped, or passes.
func openToWrite(_ path: String, replaces: Bool) throws -> any TwinStorePort {
    // A live run does not stand still for a store that is busy.
    func open() throws -> any TwinStorePort { try openStore(path, patienceS: 0.3) }
    do {
        let store = try open()
        try store.prove()
        return store
    } catch let problem as StoreProblem where problem.kind == .damaged || (replaces && problem.kind == .foreign) {
        let aside = try setStoreAside(path)
        Terminal.say(
            "twin: \(problem.description); it is kept as \(aside), and made anew from the journal", .twinTrouble)
        return try open()
    }
}

/// The same at a start: a store that is only busy comes later, and the run goes on without.
func openAtStart(_ path: String, replaces: Bool) throws -> (any TwinStorePort)? {
    do { return try openToWrite(path, replaces: replaces) } catch let problem as StoreProblem
        where problem.isPassing && problem.kind != .missing
    {
        Terminal.say("twin: \(problem.description); the journal has everything, the store follows later", .twinTrouble)
        return nil
    }
}
