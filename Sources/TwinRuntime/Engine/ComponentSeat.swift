public import Foundation
import Synchronization
public import TwinCore

/// Where a component sits: inside an actor, or plainly for comparison. Both give the same bytes.
public protocol ComponentSeat: Sendable {
    var name: String { get }
    var filters: [TopicFilter] { get }
    /// Whether a call crosses to another actor.
    var isActor: Bool { get }
    func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) async -> ComponentReply
    /// The component's state for a checkpoint.
    func snapshot() async throws -> Data
    func restore(_ data: Data) async throws
}

/// One component behind an actor: it gets its slice of a tick in one call and awaits nothing inside.
public actor ComponentActor<C: Component>: ComponentSeat {
    private var component: C
    public nonisolated let name: String
    public nonisolated let filters: [TopicFilter]
    public nonisolated let isActor = true

    public init(_ component: C) {
        self.component = component
        name = component.name
        filters = component.filters
    }

    public func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) -> ComponentReply {
        component.tick(slice, context, image)
    }

    public func snapshot() throws -> Data { try JSONEncoder().encode(component.state) }

    public func restore(_ data: Data) throws {
        component.state = try JSONDecoder().decode(C.State.self, from: data)
    }
}

/// One component without an actor, for the test that both give the same state at every mark.
public final class PlainSeat<C: Component>: ComponentSeat {
    private let component: Mutex<C>
    public let name: String
    public let filters: [TopicFilter]
    public let isActor = false

    public init(_ component: C) {
        name = component.name
        filters = component.filters
        self.component = Mutex(component)
    }

    public func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) async -> ComponentReply {
        component.withLock { $0.tick(slice, context, image) }
    }

    public func snapshot() async throws -> Data { try component.withLock { try JSONEncoder().encode($0.state) } }

    public func restore(_ data: Data) async throws {
        let state = try JSONDecoder().decode(C.State.self, from: data)
        component.withLock { $0.state = state }
    }
}
