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
        value: NamedValue? = nil
    ) -> AlarmCauses {
        var reply = ComponentReply(image: PlantImage())
        reply.remarks = remark.map { [$0] } ?? []
        reply.values = value.map { [$0] } ?? []
        reply.unheard = unheard
        let refusals = refused.map {
            [Refusal(line: 1, topic: $0.topic, failure: LineFailure(reason: .outOfRange, text: $0.text))]
        }
        return AlarmCauses(
            reply: reply, refusals: refusals ?? [], balance: TickBalance(), offers: [], outcomes: [], setPoints: [:],
            link: nil)
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
        let stuck = causes(value: NamedValue(.wind, "t01", "power_kw", UsedValue(412.5, .stuck)))
        #expect(
            stuck.sentence(AlarmKey(.wind, "t01", .stuck), isRaised: true)
                == "power_kw 412.5 does not move, and its model does")
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
