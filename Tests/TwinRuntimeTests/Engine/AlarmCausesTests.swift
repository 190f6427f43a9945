import Testing
import TwinBooks
import TwinCore
@testable import TwinRuntime
import TwinTesting

/// Why an alarm was raised, in a sentence.
@Suite("Alarm causes")
struct AlarmCausesTests {
    private func causes(
        refused: (topic: String, text: String)? = nil, remark: String? = nil, unheard: [AlarmKey] = [],
        stuck: NamedValue? = nil, unusable: [AssetPath: String] = [:], lines: LineWatch = LineWatch()
    ) -> AlarmCauses {
        var reply = ComponentReply(image: PlantImage())
        reply.remarks = remark.map { [$0] } ?? []
        reply.stuck = stuck.map { [$0] } ?? []
        reply.unheard = unheard
        reply.unusable = unusable
        let refusals = refused.map {
            [Refusal(line: 1, topic: $0.topic, failure: LineFailure(reason: .outOfRange, text: $0.text))]
        }
        return AlarmCauses(
            reply: reply, refusals: refusals ?? [], balance: TickBalance(), offers: [], outcomes: [], setPoints: [:],
            link: nil, lines: lines, troubles: SiteTroubles())
    }

    private let topic = "v1/sunderland/wind/t01/tele"

    @Test("a refused message is the cause of its own asset's silence, and of no other's")
    func refused() {
        let causes = causes(refused: (topic, "\"power_kw\" 9000 is not in 0.0...700.0"))
        #expect(
            causes.sentence(AlarmKey(.wind, "t01", .stale), isRaised: true)
                == "no reading can be used: \"power_kw\" 9000 is not in 0.0...700.0; the model stands in")
        #expect(
            causes.sentence(AlarmKey(.wind, "t01", .outOfRange), isRaised: true)
                == "\"power_kw\" 9000 is not in 0.0...700.0")
        #expect(
            causes.sentence(AlarmKey(.wind, "t02", .stale), isRaised: true)
                == "no new reading came; the model stands in")
    }

    @Test("a source that never spoke, a register that is doubted and a value that stands are told as such")
    func others() {
        let key = AlarmKey(.shop, "paint", .stale)
        #expect(
            causes(unheard: [key]).sentence(key, isRaised: true)
                == "nothing was heard since the start; the model stands in")
        let doubted = causes(remark: "shop/paint: gas_total_kwh tells 11 times what gas_kw does")
        #expect(
            doubted.sentence(AlarmKey(.shop, "paint", .unit), isRaised: true)
                == "gas_total_kwh tells 11 times what gas_kw does")
        for (value, text) in [(412.48273641, "412.5"), (0.50123, "0.501"), (-7.0, "-7"), (1e9 / 3, "333333333.3")] {
            let stuck = causes(stuck: NamedValue(.wind, "t01", "power_kw", UsedValue(value, .stuck)))
            #expect(
                stuck.sentence(AlarmKey(.wind, "t01", .stuck), isRaised: true)
                    == "power_kw \(text) does not move, and its model does")
        }
        // What a mapping could not use is its asset's cause, whatever the topic is called.
        let foreign = causes(unusable: [
            AssetPath(.shop, "paint"): "expected JSON with a value at /v, found the text \"?\""
        ])
        #expect(
            foreign.sentence(key, isRaised: true)
                == "no reading can be used: expected JSON with a value at /v, found the text \"?\"; the model stands in"
        )
    }

    @Test("a line's alarm is told in vehicles")
    func lines() {
        func text(_ code: AlarmCode, _ causes: AlarmCauses) -> String {
            causes.sentence(AlarmKey(.line, "assembly-1", code), isRaised: true)
        }
        #expect(text(.stale, causes()) == "no vehicle was told in an hour and a half of a planned shift")
        #expect(text(.gap, causes()) == "numbers (seq) of its messages are missing, and vehicles may be with them")
        #expect(
            text(.conflict, causes())
                == "its running total and its vehicle events tell different numbers for half an hour")
        var busy = LineWatch()
        let never = PlantTime(ms: 0)
        busy.hear(
            [LineOff(line: "assembly-1", vehicle: "a", ts: never, isModelled: false)], isQuiet: false, isDeaf: false,
            TickContext(tick: 1, from: never, to: never, lateness: Span(ms: 0), lead: Span(ms: 0)))
        for _ in 0..<3 { _ = busy.look(planned: 20...20, made: 40) }
        #expect(
            text(.conflict, causes(lines: busy))
                == "more than 1.6 times the planned vehicles were told for an hour and a half")
        let refused = causes(refused: ("v1/sunderland/line/assembly-1/count", "vehicles_total 0 falls from 812"))
        #expect(text(.counter, refused) == "vehicles_total 0 falls from 812")
        #expect(text(.counter, causes()) == "its running total fell back, leapt or started again")
        #expect(text(.outOfRange, causes()) == "it told more vehicles than a line makes in a quarter of an hour")
    }

    @Test("every code has a sentence that can be printed and is no longer than a line of the journal may hold")
    func every() {
        let long = causes(
            refused: (topic, "\u{1B}[2J" + String(repeating: "x", count: 1000)), remark: "wind/t01: \u{202E}y")
        for code in AlarmCode.allCases {
            let text = long.sentence(AlarmKey(.wind, "t01", code), isRaised: true)
            #expect(!text.isEmpty && text.count <= AlarmCauses.lengthMax && text == text.printable, "\(code)")
            #expect(long.sentence(AlarmKey(.wind, "t01", code), isRaised: false).isEmpty)
        }
    }
}
