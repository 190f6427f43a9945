import Testing
import TwinCore
import TwinRuntime
import TwinTesting

/// What each signal fault makes of the messages that pass it.
@Suite("Signal faults")
struct FaultInjectorTests {
    private static let start = PlantTime(ms: 1_750_226_400_000)

    /// Minute readings 1...n; reading k arrives at minute k.
    private static func readings(_ count: Int, asset: String = "farm") -> [Arrival] {
        (1...count).map { minute in
            let ts = (start + .minutes(Int64(minute - 1))).rfc3339
            return Arrival(
                t: start + .minutes(Int64(minute)), topic: "v1/s/wind/\(asset)/tele",
                payload: Array(#"{"ts":"\#(ts)","seq":\#(minute),"power_kw":\#(minute * 10)}"#.utf8), number: minute)
        }
    }

    private static func vehicles(_ count: Int) -> [Arrival] {
        (1...count).map { minute in
            Arrival(
                t: start + .minutes(Int64(minute)), topic: "v1/s/line/final/vehicle",
                payload: Array(#"{"seq":\#(minute),"vehicle":"v\#(minute)","event":"line_off"}"#.utf8))
        }
    }

    /// Passes messages minute by minute, as ticks do, and then `after` more minutes without any.
    private func pass(
        _ messages: [Arrival], _ faults: [Fault], seed: UInt64 = 1, after: Int = 0
    ) -> (messages: [Arrival], underWay: Int) {
        var injector = FaultInjector(seed: seed)
        for fault in faults { injector.add(fault) }
        var out: [Arrival] = []
        for message in messages { out += injector.pass([message], until: message.t) }
        for minute in 0..<after {
            let last = messages.last?.t ?? Self.start
            out += injector.pass([], until: last + .minutes(Int64(minute + 1)))
        }
        return (out, injector.underWay)
    }

    private func fault(
        _ verb: Fault.Verb, lasting: Span? = nil, _ change: (inout Fault) -> Void = { _ in }
    ) -> Fault {
        var fault = Fault(verb: verb, on: "v1/s/#", from: Self.start, lasting: lasting, key: "power_kw")
        change(&fault)
        return fault
    }

    private func powers(_ messages: [Arrival]) throws -> [Double?] {
        try messages.map { try JSONReader.read($0.payload)["power_kw"]?.double }
    }

    @Test("drop loses every n-th message from the first on, or all")
    func drop() {
        #expect(pass(Self.readings(5), [fault(.drop) { $0.every = 2 }]).messages.map(\.number) == [2, 4])
        #expect(pass(Self.readings(5), [fault(.drop)]).messages.isEmpty)
        // Active from minute 0 to before minute 3.
        #expect(pass(Self.readings(5), [fault(.drop, lasting: .minutes(3))]).messages.map(\.number) == [3, 4, 5])
    }

    @Test("every counts each topic for itself")
    func everyByTopic() {
        let both = zip(Self.readings(2, asset: "a"), Self.readings(2, asset: "b")).flatMap { [$0, $1] }
        let left = pass(both, [fault(.drop) { $0.every = 2 }]).messages
        #expect(left.map(\.topic) == ["v1/s/wind/a/tele", "v1/s/wind/b/tele"])
        #expect(left.map(\.number) == [2, 2])
    }

    @Test("a share is drawn from the seed: the same seed the same messages, about as many as asked for")
    func share() {
        let fault = fault(.drop) { $0.share = 0.1 }
        let first = pass(Self.readings(2000), [fault], seed: 5).messages.map(\.number)
        #expect(first == pass(Self.readings(2000), [fault], seed: 5).messages.map(\.number))
        #expect(first != pass(Self.readings(2000), [fault], seed: 6).messages.map(\.number))
        // 200 lost of 2000 with a deviation of sqrt(2000 x 0.1 x 0.9) = 13.4; five of them are 67.
        #expect((133...267).contains(2000 - first.count))
    }

    @Test("bias adds, scale multiplies, spike does so now and then or puts its value there")
    func values() throws {
        #expect(try powers(pass(Self.readings(2), [fault(.bias) { $0.by = -3 }]).messages) == [7, 17])
        #expect(try powers(pass(Self.readings(2), [fault(.scale) { $0.by = 1000 }]).messages) == [10_000, 20_000])
        let spike = fault(.spike) {
            $0.by = 10
            $0.every = 2
        }
        #expect(try powers(pass(Self.readings(4), [spike]).messages) == [100, 20, 300, 40])
        let fixed = fault(.spike) {
            $0.value = 7
            $0.every = 3
        }
        #expect(try powers(pass(Self.readings(3), [fixed]).messages) == [7, 20, 30])
        // Two faults on one key act one after the other: (10 + 5) x 2.
        let both = [fault(.bias) { $0.by = 5 }, fault(.scale) { $0.by = 2 }]
        #expect(try powers(pass(Self.readings(1), both).messages) == [30])
    }

    @Test("a fault on another key or another topic changes nothing")
    func elsewhere() {
        let messages = Self.readings(3)
        #expect(pass(messages, [fault(.bias) { ($0.key, $0.by) = ("load_kw", 5) }]).messages.count == 3)
        for verb in Fault.Verb.allCases {
            #expect(pass(messages, [fault(verb) { $0.on = "v1/s/shop/#" }]).messages == messages, "\(verb)")
        }
    }

    @Test("nan is the bare word, which is no JSON")
    func nan() {
        let message = pass(Self.readings(1), [fault(.nan)]).messages[0]
        #expect(String(decoding: message.payload, as: UTF8.self).hasSuffix(#""seq":1,"power_kw":NaN}"#))
        #expect(throws: JSONFailure.parse) { try JSONReader.read(message.payload) }
    }

    @Test("delay keeps what is sent in the order of arrival, the delayed one first")
    func delay() {
        // Minutes 1 and 2 are held up by three minutes: they arrive with minutes 4 and 5.
        let delay = fault(.delay, lasting: .minutes(3)) { $0.shift = .minutes(3) }
        let (found, underWay) = pass(Self.readings(5), [delay])
        #expect(found.map(\.number) == [3, 1, 4, 2, 5])
        #expect(found.map { ($0.t - Self.start).ms / 60_000 } == [3, 4, 4, 5, 5])
        #expect(underWay == 0)
    }

    @Test("a delayed message comes when nothing else does, or never when the run ends before")
    func delayAtEnd() {
        let delay = fault(.delay) { $0.shift = .minutes(3) }
        let cut = pass(Self.readings(2), [delay], after: 2)
        #expect(cut.messages.map(\.number) == [1] && cut.underWay == 1)
        let whole = pass(Self.readings(2), [delay], after: 3)
        #expect(whole.messages.map(\.number) == [1, 2] && whole.underWay == 0)
    }

    @Test("duplicate repeats the bytes and marks the copy")
    func duplicate() {
        let found = pass(Self.readings(2), [fault(.duplicate) { $0.every = 2 }]).messages
        #expect(found.map(\.number) == [1, 1, 2])
        #expect(found.map(\.duplicate) == [false, true, false])
        #expect(found[0].payload == found[1].payload)
    }

    @Test("clock_skew shifts the stamp and leaves a message without one", arguments: [Int64(1), -1])
    func skew(hours: Int64) throws {
        let skew = fault(.clockSkew) { $0.shift = .hours(hours) }
        let found = pass(Self.readings(1), [skew]).messages[0]
        #expect(try JSONReader.read(found.payload)["ts"]?.text == (Self.start + .hours(hours)).rfc3339)
        #expect(pass(Self.vehicles(1), [skew]).messages == Self.vehicles(1))
    }

    @Test("line faults take line-off events only")
    func lines() throws {
        let twice = pass(Self.vehicles(2), [fault(.duplicateLineOff)]).messages
        let seqs = try twice.map { try JSONReader.read($0.payload)["seq"]?.integer }
        #expect(seqs == [1, 2, 2, 3])
        #expect(twice.allSatisfy { !$0.duplicate })
        #expect(pass(Self.vehicles(3), [fault(.missingLineOff) { $0.every = 3 }]).messages.count == 2)
        #expect(pass(Self.readings(3), [fault(.missingLineOff), fault(.duplicateLineOff)]).messages.count == 3)
    }

    @Test("what cannot be read passes as it is")
    func unreadable() {
        let broken = Arrival(t: Self.start + .minutes(1), topic: "v1/s/wind/t01/tele", payload: Array("{".utf8))
        for verb in [Fault.Verb.freeze, .spike, .bias, .scale, .nan, .clockSkew, .duplicateLineOff, .missingLineOff] {
            #expect(pass([broken], [fault(verb)]).messages == [broken], "\(verb)")
        }
    }
}
