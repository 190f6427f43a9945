import Synchronization
import TwinCore

/// Where a component sits: inside an actor, or plainly for comparison. Both give the same bytes.
protocol ComponentSeat: Sendable {
    var name: String { get }
    var filters: [TopicFilter] { get }
    var inputs: [AssetInput] { get }
    var meters: [Meter] { get }
    var decoder: InboxDecoder? { get }
    /// Whether a call crosses to another actor.
    var isActor: Bool { get }
    func tick(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply) async
    /// The component's state for a checkpoint.
    func snapshot() async throws -> Checkpoint.Section
    func restore(_ section: Checkpoint.Section) async throws
    /// Takes over what the seat of another configuration knew of the same assets.
    func adopt(_ old: any ComponentSeat) async
}

/// One component behind an actor: it gets its slice of a tick in one call and awaits nothing inside.
actor ComponentActor<C: Component>: ComponentSeat {
    private var component: C
    nonisolated let name: String
    nonisolated let filters: [TopicFilter]
    nonisolated let inputs: [AssetInput]
    nonisolated let meters: [Meter]
    nonisolated let decoder: InboxDecoder?
    nonisolated let isActor = true

    init(_ component: C) {
        self.component = component
        name = component.name
        filters = component.filters
        inputs = component.inputs
        meters = component.meters
        decoder = component.decoder
    }

    func tick(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply) {
        component.tick(slice, context, &reply)
    }

    func snapshot() throws -> Checkpoint.Section { try Checkpoint.Section(component.state) }

    func restore(_ section: Checkpoint.Section) throws { component.state = try section.value(C.State.self) }

    func adopt(_ old: any ComponentSeat) async {
        guard let old = old as? ComponentActor<C> else { return }
        component.adopt(await old.component)
    }
}

/// One component without an actor, for the test that both give the same state at every mark.
final class PlainSeat<C: Component>: ComponentSeat {
    private let component: Mutex<C>
    let name: String
    let filters: [TopicFilter]
    let inputs: [AssetInput]
    let meters: [Meter]
    let decoder: InboxDecoder?
    let isActor = false

    init(_ component: C) {
        name = component.name
        filters = component.filters
        inputs = component.inputs
        meters = component.meters
        decoder = component.decoder
        self.component = Mutex(component)
    }

    func tick(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply) async {
        component.withLock { $0.tick(slice, context, &reply) }
    }

    func snapshot() async throws -> Checkpoint.Section { try component.withLock { try Checkpoint.Section($0.state) } }

    func restore(_ section: Checkpoint.Section) async throws {
        let state = try section.value(C.State.self)
        component.withLock { $0.state = state }
    }

    func adopt(_ old: any ComponentSeat) async {
        guard let old = (old as? PlainSeat<C>)?.component.withLock({ $0 }) else { return }
        component.withLock { $0.adopt(old) }
    }
}
