import Synchronization
import Testing
import TwinCore
import TwinRuntime
import TwinTesting

/// What a live run says while it happens.
@Suite("Live log")
struct LiveLogTests {
    /// Runs messages through a twin and returns what it said.
    private func said(
        _ messages: [InboundMessage], least: LogLevel = .info, mode: ControlMode = .shadow
    ) async throws -> [LogEntry] {
        let rig = try LiveRig()
        let seen = Seen()
        rig.mode = mode
        rig.log = RunLog(least: least, now: { [clock = rig.clock] in clock.now }, write: seen.add)
        _ = try await rig.go(ScriptLink(messages, clock: rig.clock))
        return seen.all
    }

    private final class Seen: Sendable {
        private let list = Mutex<[LogEntry]>([])
        var all: [LogEntry] { list.withLock { $0 } }
        func add(_ entry: LogEntry) { list.withLock { $0.append(entry) } }
    }

    private func minutes(_ count: Int64, _ more: [InboundMessage]) -> [InboundMessage] {
        [.clock(LiveRig.start)] + more + (1...count).map { .clock(LiveRig.start + .minutes($0)) }
    }

    @Test("refused messages, unknown topics and the link are said with their topic and reason")
    func refusals() async throws {
        let said = try await said(
            minutes(
                1,
                [
                    InboundMessage(topic: "v1/sunderland/wind/t01/tele", payload: Array("{".utf8)),
                    InboundMessage(topic: "v1/sunderland/wind/nobody/tele", payload: Array("{}".utf8)),
                ]))
        let refused = try #require(said.first { $0.event == .messageRefused })
        #expect(refused.topic == "v1/sunderland/wind/t01/tele" && refused.reason == "parse")
        #expect(refused.plantTime == LiveRig.start + .minutes(1))
        let unknown = try #require(said.first { $0.event == .topicUnknown })
        #expect(unknown.topic == "v1/sunderland/wind/nobody/tele" && unknown.level == .warn)
        #expect(said.first?.event == .linkUp && said.first?.message == "broker: connected, session kept")
        #expect(!said.contains { $0.event == .tickClosed })
    }

    @Test("with -v ticks are said too, with -q only what is wrong")
    func levels() async throws {
        let all = try await said(minutes(3, []), least: .debug)
        #expect(all.count { $0.event == .tickClosed } == 3)
        #expect(try await said(minutes(3, []), least: .warn) == [])
    }

    @Test("a storm in one tick is a few lines and a number")
    func storm() async throws {
        let bad = InboundMessage(topic: "v1/sunderland/wind/t01/tele", payload: Array("{".utf8))
        let said = try await said(minutes(1, Array(repeating: bad, count: 2000))).filter { $0.event == .messageRefused }
        #expect(said.map(\.suppressed) == [0, 0, 0, 1997])
    }

    @Test("an alarm is said with its cause when it comes, and when it is over")
    func alarm() async throws {
        func tripped(_ minute: Int64, _ isOn: Bool) -> InboundMessage {
            InboundMessage(
                topic: "v1/sunderland/wind/t01/tele",
                payload: Array(
                    "{\"ts\":\"\((LiveRig.start + .minutes(minute)).rfc3339)\",\"connected\":\(isOn),\"power_kw\":0}"
                        .utf8
                ))
        }
        let said = try await said([
            .clock(LiveRig.start), tripped(0, false), .clock(LiveRig.start + .minutes(1)), tripped(1, true),
            .clock(LiveRig.start + .minutes(2)),
        ]).filter { $0.reason == "trip" }
        #expect(said.map(\.event) == [.alarmRaised, .alarmCleared])
        #expect(said.allSatisfy { $0.asset == "wind/t01/trip" })
        #expect(said.first?.message == "its source says connected: false")
    }
}
