import Testing
import TwinConfiguration
import TwinCore
import TwinTesting

/// What foreign messages become, by hand.
@Suite("Signals by mapping")
struct SignalDoorTests {
    private static let paint = "asset: shop/paint, key: load_kw, kind: sample"

    @Test(
        "finds the value wherever it stands",
        arguments: [
            ("unit: W", "2083028.9"), ("unit: W", " 2083028.9\u{0}"), ("unit: kW", "2.0830289e+03"),
            ("unit: W, value: /ENERGY/Power", #"{"ENERGY":{"Power":2083028.9}}"#),
            ("unit: W, value: /a~1b/1", #"{"a/b":[1,2083028.9]}"#),
            (
                "unit: W, value: {list: /values, where: {n: p}, at: /v}",
                #"{"values":[{"n":"q","v":1},{"n":"p","v":"2083028.9"}]}"#
            ),
            ("unit: kW, value: {split: ';', part: 2}", "paint;2083.0289;ok"),
            ("unit: kW, value: {field: p}", "q=1, p=2083.0289, s=3"),
            ("unit: kW, value: {at: /msg, field: p}", #"{"msg":"pp=1 p=2083.0289"}"#),
            ("unit: written", "2083.0289 kW"), ("unit: written", "2083028.9W"), ("unit: kW", "2083.0289 kW"),
            ("unit: {at: /u}, value: /v", #"{"u":"MW","v":2.0830289}"#),
        ])
    func places(row: String, payload: String) throws {
        var door = try TestDoor("  - {topic: a/b, signals: [{\(Self.paint), \(row)}]}")
        let message = door.say("a/b", payload)
        #expect(message.texts == [#"shop/paint {"ts":"2025-06-18T09:00:00.000Z","load_kw":2083.0289}"#])
        #expect(message.failure == nil)
    }

    @Test(
        "a number in text is read whole or not at all",
        arguments: [
            ("", "55120.0", 55_120), ("", "55,120.0", 55_120), ("", "55 120.5", 55_120.5), ("", "55'120", 55_120),
            ("", "55,120", nil), ("", "55.120,0", nil), ("", "12:30:00", nil), ("", "55120.0xyz", nil),
            ("decimal_comma: true, ", "55.120,0", 55_120), ("decimal_comma: true, ", "55120,5 kW", 55_120.5),
            ("decimal_comma: true, ", "55\u{A0}120,0", 55_120), ("decimal_comma: true, ", "55120.0", nil),
            ("decimal_comma: true, ", "55,120.0", nil), ("", "55120 kWh", nil),
        ] as [(String, String, Double?)])
    func numbers(comma: String, text: String, value: Double?) throws {
        for unit in ["unit: kW", "unit: {at: /u}"] {
            var door = try TestDoor("  - {topic: a, \(comma)signals: [{value: /v, \(unit), \(Self.paint)}]}")
            let message = door.say("a", "{\"v\":\"\(text)\",\"u\":\"kW\"}")
            let expected = value.map {
                [#"shop/paint {"ts":"2025-06-18T09:00:00.000Z","load_kw":\#(JSON.numberText($0))}"#]
            }
            #expect(message.texts == expected ?? [], "\(unit)")
            #expect((message.failure == nil) == (value != nil), "\(unit)")
        }
    }

    @Test(
        "reads the time as it is written, else it is that of arrival",
        arguments: [
            ("format: rfc3339", #""2025-06-18T09:30:00Z""#), ("format: epoch_s", "1750239000"),
            ("format: epoch_ms", "1750239000000"), ("format: epoch_ms", #""1750239000000""#),
            ("format: local", #""2025-06-18T10:30:00""#), ("format: local, date: dmy", #""18.06.2025 10:30:00""#),
            ("format: local, zone: Europe/Paris", #""2025-06-18 11:30""#),
            ("format: offset, offset: '+02:00', date: dmy", #""18/06/2025 11:30:00.000""#),
        ])
    func times(time: String, written: String) throws {
        var door = try TestDoor(
            "  - {topic: a, time: {at: /t, \(time)}, signals: [{value: /v, unit: kW, \(Self.paint)}]}")
        let message = door.say("a", #"{"t":\#(written),"v":1}"#, at: 1800.5)
        #expect(message.texts == [#"shop/paint {"ts":"2025-06-18T09:30:00.000Z","load_kw":1}"#])
        #expect(door.say("a", #"{"t":"soon","v":1}"#).failure?.reason == .wrongType)
        #expect(door.say("a", #"{"v":1}"#).failure?.reason == .unknownKey)
    }

    @Test("the later hour of an autumn night counts by the zone's first passing, and a skipped hour after the change")
    func clockChanges() throws {
        var door = try TestDoor(
            "  - {topic: a, time: {at: /t, format: local}, signals: [{value: /v, unit: kW, \(Self.paint)}]}")
        let spring = door.say("a", #"{"t":"2025-03-30T01:30:00","v":1}"#).texts
        #expect(spring == [#"shop/paint {"ts":"2025-03-30T01:30:00.000Z","load_kw":1}"#])
        let autumn = door.say("a", #"{"t":"2025-10-26T01:30:00","v":1}"#).texts
        #expect(autumn == [#"shop/paint {"ts":"2025-10-26T00:30:00.000Z","load_kw":1}"#])
    }

    @Test("a value whose quality is not good is dropped, and its neighbours are not")
    func quality() throws {
        var door = try TestDoor(
            """
              - topic: gw
                quality: {at: /q, good: [good, "192"]}
                signals:
                  - {value: {list: /l, where: {n: a}, at: /v}, unit: kW, asset: solar/pv1, key: power_kw, kind: sample}
                  - {value: {list: /l, where: {n: b}, at: /v}, unit: kW, asset: solar/pv2, key: power_kw, kind: sample}
            """)
        let payload = #"{"l":[{"n":"a","v":5,"q":"bad"},{"n":"b","v":6,"q":192}]}"#
        let first = door.say("gw", payload)
        #expect(first.texts == [#"solar/pv2 {"ts":"2025-06-18T09:00:00.000Z","power_kw":6}"#])
        #expect(first.failure == nil)
        // Said once: the row's place, and what was found there.
        #expect(first.notes.map(\.reason) == [.quality])
        #expect(first.notes.first?.text.contains("signals.yaml:6:9: sources[0].signals[0]") == true)
        #expect(door.say("gw", payload).notes.isEmpty)
        let none = door.say("gw", #"{"l":[{"n":"a","v":5,"q":"bad"},{"n":"b","v":6}]}"#)
        #expect(none.failure?.reason == .quality)
        #expect(none.texts.isEmpty)
    }

    @Test("the sum of three topics moves with each of them, and ends where one is silent")
    func sums() throws {
        var door = try TestDoor("  - {topic: p/0, add: [p/1, p/2], period: 5s, signals: [{unit: W, \(Self.paint)}]}")
        #expect(door.say("p/0", "1000", at: 0).texts.isEmpty)
        #expect(door.say("p/1", "2000", at: 0.1).texts.isEmpty)
        let at = { (time: String, kW: String) in
            [#"shop/paint {"ts":"2025-06-18T09:00:\#(time)Z","period_s":5,"load_kw":\#(kW)}"#]
        }
        #expect(door.say("p/2", "3000", at: 0.2).texts == at("00.200", "6"))
        #expect(door.say("p/0", "1500", at: 5).texts == at("05.000", "6.5"))
        // Of two values at one instant the first is kept, so each moves on by a millisecond.
        #expect(door.say("p/1", "2500", at: 5).texts == at("05.001", "7"))
        // p/2 is 5.8 s old.
        #expect(door.say("p/1", "2500", at: 6).texts.isEmpty)
        #expect(door.say("p/2", "3000", at: 6.5).texts == at("06.500", "7"))
        // A retained value tells of an unknown past.
        #expect(door.say("p/0", "9000", at: 7, retain: true).texts.isEmpty)
    }

    @Test("a fast feed becomes one mean a period, and no energy is lost")
    func sampling() throws {
        var door = try TestDoor("  - {topic: f, period: 30s, signals: [{unit: kW, every: 10s, \(Self.paint)}]}")
        #expect(door.say("f", "100", at: 0).texts.isEmpty)
        #expect(door.say("f", "200", at: 4).texts.isEmpty)
        // 4 s x 100 + 6 s x 200 = 1600 kWs over 10 s.
        let first = #"shop/paint {"ts":"2025-06-18T09:00:00.000Z","period_s":10,"load_kw":160}"#
        #expect(door.say("f", "300", at: 12).texts == [first])
        // 2 s x 200 + 8 s x 300 = 2800 kWs, then 300 kW hold until 42 s, but only whole periods are closed.
        let held = door.say("f", "0", at: 45).texts
        #expect(
            held == [
                #"shop/paint {"ts":"2025-06-18T09:00:10.000Z","period_s":10,"load_kw":280}"#,
                #"shop/paint {"ts":"2025-06-18T09:00:20.000Z","period_s":20,"load_kw":300}"#,
            ])
        // 2 s x 300 of 40 to 42 s, a hole, 5 s x 0: laid together before the end.
        #expect(
            door.say("f", "0", at: 50).texts == [
                #"shop/paint {"ts":"2025-06-18T09:00:43.000Z","period_s":7,"load_kw":\#(JSON.numberText(600.0 / 7))}"#
            ])
    }

    @Test("registers count in any unit, gas by its energy, and run over")
    func registers() throws {
        var door = try TestDoor(
            """
              - topic: g
                signals:
                  - value: /m
                    asset: gas/paint-ovens
                    key: gas_total_kwh
                    unit: m3
                    kind: counter
                    digits: 4
                    gas:
                      calorific_value: {value: 36, source: "a bill"}
                      volume_conversion: {value: 1, source: "the meter corrects"}
              - {topic: e, signals: [{asset: shop/body, key: energy_total_kwh, unit: MWh, kind: counter}]}
            """)
        let total = { (kWh: String) in
            [#"gas/paint-ovens {"ts":"2025-06-18T09:00:00.000Z","gas_total_kwh":\#(kWh)}"#]
        }
        // 36 MJ/m3 / 3.6 = 10 kWh.
        #expect(door.say("g", #"{"m":9990}"#).texts == total("99900"))
        #expect(door.say("g", #"{"m":10}"#).texts == total("100100"))
        #expect(door.say("g", #"{"m":9995}"#).texts == total("99950"))
        #expect(door.say("g", #"{"m":20}"#).texts == total("100200"))
        #expect(
            door.say("e", "7.5").texts == [#"shop/body {"ts":"2025-06-18T09:00:00.000Z","energy_total_kwh":7500}"#])
    }

    @Test("intervals, shares, scales and forecasts")
    func intervals() throws {
        var door = try TestDoor(
            """
              - topic: i
                time: {at: /to, format: rfc3339, stamp: end}
                period: 30m
                signals:
                  - value: /g
                    asset: grid/intensity
                    key: g_per_kwh
                    unit: kg/kWh
                    kind: mean
                    forecast: {list: /next, at: /g, skip: 1}
                  - {value: /kwh, asset: shop/body, key: load_kw, unit: kWh, kind: energy}
                  - value: /p
                    asset: [wind/t01, wind/t02]
                    key: power_kw
                    unit: kW
                    kind: mean
                    scale: {value: -1, source: "the gateway counts what leaves it as negative"}
            """)
        let message = door.say(
            "i",
            #"{"to":"2025-06-18T09:00Z","g":0.125,"next":[{"g":9},{"g":0.25},{"g":"0.5"},{},{"g":7}],"kwh":50,"p":-8}"#)
        let at = #"{"ts":"2025-06-18T08:30:00.000Z","period_s":1800,"#
        #expect(
            message.texts == [
                #"grid/intensity \#(at)"g_per_kwh":125,"forecast":[250,500]}"#, #"shop/body \#(at)"load_kw":100}"#,
                #"wind/t01 \#(at)"power_kw":4}"#, #"wind/t02 \#(at)"power_kw":4}"#,
            ])
        // A retained message that names its own time counts for that time.
        #expect(
            door.say("i", #"{"to":"2025-06-18T09:00Z","g":0.1}"#, retain: true).readings.map(\.arrival.retain) == [
                false
            ])
    }

    @Test("events by the production system's own words")
    func vehicles() throws {
        var door = try TestDoor(
            """
              - topic: mes/+/unit
                time: {at: /t, format: local, date: dmy}
                vehicle: {line: final, id: /vin, event: /evt, words: {OK_OFF: line_off}, model: /m}
            """)
        let off = door.say("mes/L1/unit", #"{"vin":"A1","evt":"OK_OFF","m":"LEAF","t":"18.06.2025 10:00:11"}"#)
        #expect(
            off.texts == [
                #"line/final {"ts":"2025-06-18T09:00:11.000Z","vehicle":"A1","model":"leaf","event":"line_off"}"#
            ])
        #expect(off.readings.map(\.kind) == [.vehicle])
        let other = door.say("mes/L1/unit", #"{"vin":"A1","evt":"SEEN","t":"18.06.2025 10:00:11"}"#)
        #expect(other.failure?.reason == .wrongType)
        #expect(door.mapping.sources(of: "mes/L1/unit/x").isEmpty)
    }

    @Test(
        "what does not fit is refused with its reason and its row",
        arguments: [
            (#"{"v":"much"}"#, RejectReason.wrongType), (#"{"w":1}"#, .unknownKey), (#"{"v":null}"#, .wrongType),
            (#"{"v":{}}"#, .wrongType), (#"{"v":"5 kWh"}"#, .unit), (#"{"v":1e999}"#, .notFinite), (#"{"v":1"#, .parse),
            (#"{"v":1,"v":2}"#, .duplicateKey), (#"{"v":-1}"#, .outOfRange), (#"{"v":"NaN"}"#, .wrongType),
        ])
    func refusals(payload: String, reason: RejectReason) throws {
        var door = try TestDoor("  - {topic: a, signals: [{value: /v, unit: kW, range: [0, 99], \(Self.paint)}]}")
        let message = door.say("a", payload)
        #expect(message.failure?.reason == reason)
        #expect(message.readings.isEmpty)
        let isOfRow = ![.notFinite, .parse, .duplicateKey].contains(reason)
        #expect(message.failure?.text.contains("signals.yaml:3:26: sources[0].signals[0]") == isOfRow)
        #expect(door.say("a", [0xFF, 0x00]).failure?.reason == .notUTF8)
        #expect(door.say("a", [UInt8](repeating: 0x31, count: 65_537)).failure?.reason == .tooLarge)
    }

    @Test(
        "a payload of another form is no missing key: what was expected and what was found is said",
        arguments: [
            ("value: /v", "?#!", "expected JSON with a value at /v, found the text \"?#!\""),
            ("value: /v", "", "expected JSON with a value at /v, found an empty text"),
            ("value: /v", "7", "expected JSON with a value at /v, found the number 7"),
            ("value: /v", "null", "expected JSON with a value at /v, found null"),
            ("value: /a/v", #"{"a":true}"#, "expected JSON with a value at /a/v, found true"),
            (
                "value: {list: /l, where: {n: p}, at: /v}", #"{"l":{"n":"p"}}"#,
                "expected /l where n is p /v, found an object"
            ),
            ("value: {split: ';', part: 2}", "offline", "expected part 2, found the text \"offline\""),
            ("value: {field: p}", "offline", "expected field p, found the text \"offline\""),
        ])
    func forms(row: String, payload: String, text: String) throws {
        var door = try TestDoor("  - {topic: a, signals: [{\(row), unit: kW, \(Self.paint)}]}")
        let message = door.say("a", payload)
        #expect(message.failure?.reason == .wrongType)
        #expect(message.failure?.text.hasPrefix(text) == true, "\(message.failure?.text ?? "")")
        #expect(Array(message.unused.keys) == [AssetPath(.shop, "paint")])
    }

    @Test(
        "a payload of the right form that lacks the key says which ones it has",
        arguments: [
            ("value: /v", #"{"w":1,"u":"kW"}"#, #"nothing at /v; there are "w", "u""#),
            ("value: /v", "{}", "nothing at /v; the object there is empty"),
            ("value: /l/2", #"{"l":[1]}"#, "nothing at /l/2"), ("value: /a/v", #"{"a":null}"#, "nothing at /a/v"),
            ("value: {list: /l, where: {n: p}, at: /v}", #"{"l":[]}"#, "nothing at /l where n is p /v"),
            ("value: {field: p}", "q=7", "nothing at field p"),
        ])
    func absences(row: String, payload: String, text: String) throws {
        var door = try TestDoor("  - {topic: a, signals: [{\(row), unit: kW, \(Self.paint)}]}")
        let message = door.say("a", payload)
        #expect(message.failure?.reason == .unknownKey)
        #expect(message.failure?.text.hasPrefix(text) == true, "\(message.failure?.text ?? "")")
    }

    @Test("of a used message those assets are missed whose values are none, and not those that it does not speak of")
    func missed() throws {
        var door = try TestDoor(
            """
              - topic: gw
                signals:
                  - {value: /a, unit: kW, asset: solar/pv1, key: power_kw, kind: sample}
                  - {value: /b, unit: kW, asset: solar/pv2, key: power_kw, kind: sample}
            """)
        #expect(door.say("gw", #"{"a":5,"b":6}"#).unused.isEmpty && door.say("gw", #"{"a":5}"#).unused.isEmpty)
        #expect(Array(door.say("gw", #"{"a":5,"b":"off"}"#).unused.keys) == [AssetPath(.solar, "pv2")])
        #expect(door.say("gw", "{}").unused.count == 2 && door.say("gw", "{").unused.count == 2)
    }

    @Test("a source that is never heard is named")
    func silence() throws {
        var door = try TestDoor("  - {topic: a, signals: [{value: /v, unit: kW, \(Self.paint)}]}")
        let sentence = "signals.yaml:3:13: sources[0].topic: no message came on \"a\""
        #expect(SignalDoor(door.mapping).silentRows(door.memory) == [sentence])
        _ = door.say("a", "{}")
        #expect(SignalDoor(door.mapping).silentRows(door.memory).isEmpty)
    }
}
