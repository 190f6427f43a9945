import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinTesting

@testable import TwinRuntime

/// A source that a mapping refuses message after message is as silent as one of our own dialect.
@Suite("Refused at the mapping's door")
struct RefusedAtTheDoorTests {
    private static let mapping = """
        twin: signals/1
        sources:
          - topic: meters/paint
            period: 60s
            signals:
              - {value: /kw, unit: kW, asset: shop/paint, key: load_kw, kind: mean}
              - {value: /body, unit: kW, asset: shop/body, key: load_kw, kind: mean}
        """

    /// The alarms of the two shops over the minutes, with their causes, and what was counted.
    private func alarms(minutes: Int, _ payload: (Int) -> String?) async throws -> (
        edges: [AlarmBoard.Edge], rejected: [RejectReason: Int]
    ) {
        let config = try SiteConfig(
            Repository.configFiles() + [ConfigText(name: SignalMapping.file, text: Self.mapping)])
        let start = SmallRecording.start
        let engine = TwinEngine(
            config: config,
            plan: RunPlan(run: "test", start: start, stepS: 60, mode: .shadow, clock: .event), seating: .plain)
        var edges: [AlarmBoard.Edge] = []
        for minute in 1...minutes {
            var input = TickInput()
            let t = start + .minutes(Int64(minute))
            input.arrivals = [payload(minute)].compactMap(\.self).map {
                Arrival(t: t, topic: "meters/paint", payload: Array($0.utf8))
            }
            edges += await engine.close(input).alarmEdges.filter { $0.key.area == .shop && $0.key.code == .stale }
        }
        var counts = Counts()
        for row in engine.state.books.rows { counts.add(row.counts) }
        return (edges, counts.rejected)
    }

    @Test("garbage in message after message raises stale with what was expected and found, and ends with a number")
    func garbage() async throws {
        let found = try await alarms(minutes: 60) { $0 < 50 ? "?#!" : #"{"kw":9000,"body":900}"# }
        #expect(found.rejected == [.wrongType: 49])
        let raised = try #require(found.edges.first { $0.isRaised && $0.key.asset == "paint" })
        #expect(
            raised.cause.hasPrefix(
                "no reading can be used: expected JSON with a value at /kw, found the text \"?#!\" (signals.yaml:6:9"),
            "\(raised.cause)")
        // Half an hour and the patience of the signal after the first one.
        #expect(raised.at > SmallRecording.start + .minutes(31) && raised.at < SmallRecording.start + .minutes(45))
        #expect(found.edges.contains { !$0.isRaised && $0.key.asset == "paint" })
    }

    @Test("a source that speaks by the quarter of an hour is told of with the same cause")
    func quarters() async throws {
        let found = try await alarms(minutes: 90) { $0 % 15 == 1 ? "?#!" : nil }
        let raised = try #require(found.edges.first { $0.isRaised && $0.key.asset == "paint" })
        #expect(raised.cause.hasPrefix("no reading can be used: expected JSON with a value at /kw"), "\(raised.cause)")
        #expect(found.rejected == [.wrongType: 6])
    }

    @Test("one asset of a message that is used is as stale as one alone, and its neighbour is not")
    func neighbour() async throws {
        let found = try await alarms(minutes: 50) { _ in #"{"kw":9000,"body":"off"}"# }
        #expect(found.edges.map(\.key.asset) == ["body"] && found.rejected == [:])
        #expect(found.edges.first?.cause.contains("no number at /body") == true)
        let absent = try await alarms(minutes: 50) { _ in #"{"kw":9000}"# }
        #expect(absent.edges == [])
    }
}
