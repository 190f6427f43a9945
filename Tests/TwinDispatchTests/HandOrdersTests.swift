import Testing
import TwinCore

@testable import TwinDispatch

/// What operators want of single assets.
@Suite("Set-points by hand")
struct HandOrdersTests {
    private static let start = DispatchBench.start

    private func read(_ text: String) throws -> HandWord? {
        try HandWord(try JSONReader.read(Array(text.utf8)), at: Self.start) { path in
            switch path.area {
            case .storage: (Action.setPower, -500...500)
            case .burner: (Action.setSource, 0...1)
            default: nil
            }
        }
    }

    private func refusal(_ text: String) -> String? {
        do { _ = try read(text) } catch { return (error as? HandWord.Refusal)?.text }
        return nil
    }

    @Test("a set-point, a pause and a release are read, and other notes are none")
    func words() throws {
        let until = (Self.start + .hours(1)).rfc3339
        let path = AssetPath(.storage, "s1")
        #expect(
            try read("{\"manual\":\"storage/s1\",\"value\":-100,\"unit\":\"kW\",\"until\":\"\(until)\"}")
                == .order(HandOrder(path: path, value: -100, until: Self.start + .hours(1))))
        #expect(
            try read("{\"manual\":\"gas/oven\",\"value\":\"electric\",\"unit\":null,\"until\":\"\(until)\"}")
                == .order(HandOrder(path: AssetPath(.burner, "oven"), value: 1, until: Self.start + .hours(1))))
        #expect(
            try read("{\"pause\":\"storage/s1\",\"until\":\"\(until)\"}")
                == .order(HandOrder(path: path, value: nil, until: Self.start + .hours(1))))
        #expect(try read("{\"release\":\"storage/s1\"}") == .release(path))
        #expect(try read("{\"note\":\"tea\"}") == nil)
    }

    @Test(
        "what cannot be is refused with what was found and what to write",
        arguments: [
            (
                "{\"release\":\"storage\"}",
                "\"storage\" is no asset that takes commands; write area and id like storage/string-1"
            ),
            (
                "{\"pause\":\"wind/t01\"}",
                "\"wind/t01\" is no asset that takes commands; write area and id like storage/string-1"
            ),
            ("{\"pause\":\"storage/s1\"}", "storage/s1: pause needs an end within 7 days, such as --for 1h"),
            (
                "{\"pause\":\"storage/s1\",\"until\":\"2020-01-01T00:00:00Z\"}",
                "storage/s1: pause needs an end within 7 days, such as --for 1h"
            ),
            (
                "{\"manual\":\"storage/s1\",\"value\":501,\"unit\":\"kW\",\"until\":\"2025-06-18T01:00:00Z\"}",
                "storage/s1: 501.0 kW is outside -500.0 kW to 500.0 kW"
            ),
            (
                "{\"manual\":\"storage/s1\",\"value\":5,\"unit\":\"MW\",\"until\":\"2025-06-18T01:00:00Z\"}",
                "storage/s1 takes set_power: a number with the unit kW"
            ),
            (
                "{\"manual\":\"gas/oven\",\"value\":\"wood\",\"until\":\"2025-06-18T01:00:00Z\"}",
                "gas/oven takes set_source: gas or electric"
            ),
        ])
    func refusals(line: String, text: String) {
        #expect(refusal(line) == text)
    }

    private static let rules = DispatchRules(storage: DispatchBench.rule, exportMaxKW: 800)

    /// The set-points that leave at each mark while orders stand.
    private func run(
        _ order: HandOrder?, soc: Double = 0.5, isMeasured: Bool = true, ticks: Int = 3
    ) -> [(value: Double, reason: String)?] {
        let control = DispatchControl(rules: Self.rules, gate: SafetyGate(importMaxKW: 9000, exportMaxKW: 800))
        var desk = CommandDesk()
        var hand = HandOrders()
        if let order { hand.take(.order(order)) }
        return (1...ticks).map { tick in
            let context = DispatchBench.context(tick)
            hand.expire(by: context.to)
            let plant = PlantView(
                site: DispatchBench.site(importKW: 6000, isMeasured: isMeasured),
                offers: [Offer(DispatchBench.unit(soc: soc), ramp: 1)])
            let commands = control.commands(
                plant, &desk, hand: hand, context: context,
                rules: CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.1))
            return commands.first.map { ($0.point.value, $0.point.reason) }
        }
    }

    private func order(_ kw: Double?, minutes: Int64 = 60) -> HandOrder {
        HandOrder(path: DispatchBench.ess1, value: kw, until: Self.start + .minutes(minutes))
    }

    @Test("an order comes before the rules, is named, passes the gate and ends by itself")
    func manual() {
        let first = run(order(-100)).first ?? nil
        #expect(first?.value == -100)
        #expect(first?.reason == "manual: an operator's set-point until \((Self.start + .hours(1)).rfc3339)")
        // Nothing is above the reserve: none may be given.
        let empty = run(order(100), soc: 0.2).first ?? nil
        #expect(empty?.value == 0 && empty?.reason.hasSuffix("held by reserve") == true)
        // It ends with the second mark: the peak has the storage again, as far as the ramp goes.
        #expect(run(order(-100, minutes: 2)).map { $0?.value } == [-100, 400, 500])
    }

    /// 100 kW of 500 are a fifth of the whole: a change of the rules' own would wait 15 min / 0.25 = an hour, and to turn
    /// round two.
    @Test("what follows an operator's set-point does not wait: it ends when its time is over")
    func ends() {
        let quiet = DispatchRules(storage: DispatchBench.rule, exportMaxKW: 800)
        let control = DispatchControl(rules: quiet, gate: SafetyGate(importMaxKW: 9000, exportMaxKW: 800))
        var (desk, hand) = (CommandDesk(), HandOrders())
        let values = (1...8).map { tick -> Double? in
            let context = DispatchBench.context(tick)
            // The rules have it for two marks, the operator for three, and the rules again.
            if tick == 3 { hand.take(.order(order(-100, minutes: 6))) }
            hand.expire(by: context.to)
            let plant = PlantView(
                site: DispatchBench.site(importKW: 2000), offers: [Offer(DispatchBench.unit(soc: 0.5), ramp: 1)])
            _ = control.commands(
                plant, &desk, hand: hand, context: context,
                rules: CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.1))
            return desk.setPoint(DispatchBench.ess1)
        }
        #expect(values == [0, 0, -100, -100, -100, 0, 0, 0])
    }

    @Test("a pause commands nothing, and a failsafe comes before a set-point by hand")
    func pause() {
        #expect(run(order(nil, minutes: 2)).map { $0?.value } == [nil, 500, nil])
        #expect((run(order(-100), isMeasured: false).first ?? nil)?.value == 0)
    }

    @Test("what begins and ends is said with its set-point and its end")
    func changes() throws {
        let until = (Self.start + .hours(1)).rfc3339
        #expect(HandChange(.order(order(-100)), .setPower).text == "set_power -100.0 kW by hand until \(until)")
        #expect(HandChange(.order(order(nil)), .setPower).text == "left alone until \(until)")
        #expect(HandChange(.release(DispatchBench.ess1), .setPower).kind == .released)
        var hand = HandOrders()
        hand.take(.order(order(-100)))
        #expect(hand.expire(by: Self.start + .minutes(59)) == [])
        let ended = hand.expire(by: Self.start + .minutes(60))
        #expect(ended == [order(-100)] && hand.isEmpty)
        let change = HandChange(ended: order(-100), .setPower)
        #expect(change.kind == .ended)
        #expect(change.text == "set_power -100.0 kW by hand is over; decided by the rules again")
    }

    @Test("an order for a length of time ends after plant time")
    func ending() throws {
        let json = try JSONReader.read(Array("{\"pause\":\"storage/s1\",\"for_s\":60}".utf8))
        #expect(json.ending(after: Self.start)["until"]?.text == (Self.start + .minutes(1)).rfc3339)
        #expect(json.ending(after: Self.start)["for_s"] == nil)
        let long = try JSONReader.read(Array("{\"pause\":\"storage/s1\",\"for_s\":9000000000000}".utf8))
        #expect(long.ending(after: Self.start) == long)
    }
}
