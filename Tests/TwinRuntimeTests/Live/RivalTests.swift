import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinTesting

/// Two controllers of one site.
@Suite("Two controllers")
struct RivalTests {
    private static let topic = "v1/sunderland/twin/controller"

    private func claim(_ issuer: String, since: PlantTime, retained: Bool = true) -> InboundMessage {
        let text =
            "{\"issuer\":\"\(issuer)\",\"instance\":\"b\",\"since\":\"\(since.rfc3339)\",\"host\":\"there\",\"pid\":7}"
        return InboundMessage(topic: Self.topic, payload: Array(text.utf8), retain: retained)
    }

    private func status(_ word: String) -> InboundMessage {
        InboundMessage(topic: "v1/sunderland/twin/status", payload: Array(word.utf8), retain: true)
    }

    private let clocks = (0...4).map { InboundMessage.clock(LiveRig.start + .minutes($0)) }

    /// What a control twin does that hears these messages first.
    private func run(
        _ first: [InboundMessage], _ later: [InboundMessage] = []
    ) async throws -> (rig: LiveRig, link: ScriptLink) {
        let rig = try LiveRig()
        rig.mode = .control
        let link = ScriptLink(first + clocks + later, batch: max(1, first.count), clock: rig.clock)
        _ = try await rig.go(link)
        return (rig, link)
    }

    private func commands(_ link: ScriptLink) -> Int { link.published.count { $0.topic.hasSuffix("/cmd") } }

    @Test("one that is alone claims the site, and takes the claim back when it goes")
    func alone() async throws {
        let (_, link) = try await run([])
        let claims = link.published.filter { $0.topic == Self.topic }
        #expect(claims.count == 2 && claims.allSatisfy(\.retain) && claims.last?.payload.isEmpty == true)
        #expect(try JSONReader.read(try #require(claims.first).payload)["issuer"]?.text == "twin-7f3a9c21")
        #expect(commands(link) > 0)
    }

    @Test("one that comes second goes on in advise, with an alarm, and without a word to the broker")
    func second() async throws {
        let (rig, link) = try await run([status("online"), claim("twin-other", since: LiveRig.start - .hours(1))])
        #expect(commands(link) == 0)
        // What it announced before it heard of the other is all.
        #expect(link.published.allSatisfy { $0.topic.hasSuffix("/status") })
        let lines = try rig.journalLines()
        #expect(
            lines.contains {
                if case .op(let json) = $0.body {
                    json["cause"]?.text?.contains("twin-other (process 7 on there") == true
                } else {
                    false
                }
            })
        let replayed = try await rig.replayed()
        #expect(replayed.summary.alarms.first { $0.code == "two_controllers" }?.count == 1)
        #expect(replayed.firstDifferingTick == nil)
    }

    @Test("the claim of one that died is void")
    func void() async throws {
        let (_, link) = try await run([status("offline"), claim("twin-other", since: LiveRig.start - .hours(1))])
        #expect(commands(link) > 0)
    }

    @Test("of two that claim at one time the older commands", arguments: [-60, 60])
    func race(otherS: Int64) async throws {
        let late = clocks.map { _ in InboundMessage.clock(LiveRig.start + .minutes(9)) }
        let (_, link) = try await run(
            [], [claim("twin-other", since: LiveRig.start + .seconds(otherS), retained: false)] + late)
        let claims = link.published.filter { $0.topic == Self.topic }
        // The older one says it again; the younger one is silent from then on.
        #expect(claims.count == (otherS > 0 ? 3 : 1))
    }

    @Test("another process of the same run is known by its claim after a reconnect, and ends this one")
    func sameRun() async throws {
        let rig = try LiveRig()
        rig.mode = .control
        // An older claim is its own former life.
        let former = claim("twin-7f3a9c21", since: LiveRig.start - .hours(1))
        let again = claim("twin-7f3a9c21", since: LiveRig.start + .hours(1))
        _ = try await rig.go(ScriptLink([former] + clocks + [former], batch: 1, clock: rig.clock))
        let other = try LiveRig()
        other.mode = .control
        let problem = try await #require(throws: TransportProblem.self) {
            try await other.go(ScriptLink(clocks + [again], batch: 1, clock: other.clock))
        }
        #expect(problem.description.contains("another process goes on with this run: twin-7f3a9c21 (process 7"))
    }
}
