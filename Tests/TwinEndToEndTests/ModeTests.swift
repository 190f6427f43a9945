import Foundation
import Testing
import TwinCore

/// What the twin may say to the plant in each mode.
@Suite(.serialized)
struct ModeTests {
    /// All topics that a bystander saw during a short live run.
    private func topics(mode: String) async throws -> Set<String> {
        var topics: Set<String> = []
        try await Scene.play { scene in
            let live = try await Live(scene, minutes: 8)
            let bystander = try Client(live.broker, "bystander", subscribe: ["#"])
            let twin = try live.twin(mode: mode)
            try await live.wait(for: twin)
            let plant = try live.plant(speed: 240)
            try await twin.wait("end of the run") {
                try bystander.listen()
                return !twin.isRunning
            }
            let (summary, _) = try await live.compare(try await twin.success())
            #expect(summary.count("commands", "issued") > 0)
            try bystander.listen()
            topics = bystander.topics
            #expect(topics.contains(PlantFeed.clockTopic))
            _ = try await plant.success()
        }
        return topics
    }

    @Test func `In shadow the twin publishes nothing at all`() async throws {
        let topics = try await topics(mode: "shadow")
        #expect(topics.filter { $0.hasSuffix("/cmd") || $0.contains("/twin/") || $0.hasSuffix("/ack") } == [])
        // What is left is the plant's own.
        let own = ["clock", "tele", "vehicle", "count"]
        #expect(topics.filter { topic in !own.contains { topic.hasSuffix("/\($0)") } } == [])
    }

    @Test func `In advise it says what it thinks and commands nothing`() async throws {
        let topics = try await topics(mode: "advise")
        #expect(topics.filter { $0.hasSuffix("/cmd") || $0.hasSuffix("/ack") } == [])
        for name in ["state", "co2", "status"] { #expect(topics.contains("v1/sunderland/twin/\(name)")) }
    }
}
