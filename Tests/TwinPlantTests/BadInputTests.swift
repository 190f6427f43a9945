import Testing
import TwinCore
import TwinPlant

/// Bad input to every component: it is counted once, named, and changes nothing; the next good message is heard.
@Suite("Bad input to every component")
struct BadInputTests {
    /// The tick of one component, without anything around it.
    private func tick(_ component: inout any Component, _ slice: [Routed], _ number: Int = 1) -> ComponentReply {
        component.tick(slice, Bench.context(number), .windy(6.8))
    }

    /// Sends one bad payload, then a good minute, and looks at both.
    private func expectRefused(
        _ subject: InputSubject, _ payload: [UInt8], _ reason: RejectReason, alarm: String? = nil, _ what: String
    ) {
        var component = subject.make()
        var message = subject.message("")
        message.arrival.payload = payload
        let reply = tick(&component, [message])
        #expect(reply.counts.rejected == [reason: 1], "\(what)")
        #expect(reply.counts.accepted == 0 && reply.counts.readings == 0 && reply.counts.duplicates == 0, "\(what)")
        #expect(reply.refusals.map(\.topic) == [message.arrival.topic], "\(what)")
        #expect(reply.alarmPaths == (alarm.map { ["\(subject.path)/\($0)"] } ?? []), "\(what)")
        #expect(reply.lineOffs.isEmpty && reply.cells.allSatisfy { $0.measuredMs == 0 }, "\(what)")
        if !subject.signals.isEmpty { #expect(subject.quality(reply) == subject.silent, "\(what)") }
        let next = tick(&component, [subject.message(subject.minute(tick: 2), tick: 2)], 2)
        #expect(subject.heard(next), "after \(what)")
        #expect(next.alarms.isEmpty, "after \(what): \(next.alarmPaths)")
    }

    @Test("payloads that are none are refused by their reason", arguments: InputSubject.all)
    func form(subject: InputSubject) {
        let deep = String(repeating: "[", count: 16) + String(repeating: "]", count: 16)
        let cases: [(String, RejectReason)] = [
            ("", .parse), ("{", .parse), ("{\(subject.good)", .parse), ("{\(subject.good)} x", .parse),
            (" \u{FEFF}{\(subject.good)}", .parse), ("{\(subject.good)\u{0}}", .parse), ("7", .wrongType),
            ("null", .wrongType), ("\"on\"", .wrongType),
            ("[]", .wrongType), ("[{\(subject.good)}]", .wrongType), ("{}", subject.useless),
            ("{\"colour\":\"red\"}", subject.useless), ("{\"ts\":\"2025-06-18T06:00:00Z\"}", subject.useless),
            ("{\"ts\":7,\(subject.good)}", .wrongType), ("{\"ts\":null,\(subject.good)}", .wrongType),
            ("{\"ts\":\"yesterday\",\(subject.good)}", .wrongType),
            ("{\"ts\":\"2025-02-30T00:00:00Z\",\(subject.good)}", .wrongType),
            ("{\(subject.good),\(subject.good)}", .duplicateKey), ("{\(subject.good),\"x\":\(deep)}", .tooDeep),
            ("{\(subject.good),\"x\":1e999}", .notFinite), ("{\(subject.good),\"x\":-1e999}", .notFinite),
            ("{\(subject.good),\"x\":NaN}", .parse), ("{\(subject.good),\"x\":Infinity}", .parse),
            ("{\(subject.good),\"x\":\"\(String(repeating: "x", count: 65_536))\"}", .tooLarge),
        ]
        for (payload, reason) in cases {
            expectRefused(subject, Array(payload.utf8), reason, String(payload.prefix(60)))
        }
        expectRefused(
            subject, Array("{\(subject.good),\"x\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), .notUTF8, "not UTF-8")
    }

    @Test("numbers that are none are refused", arguments: InputSubject.metered)
    func wrongType(subject: InputSubject) {
        for signal in subject.signals {
            for value in ["\"7\"", "\"\"", "null", "true", "[7]", "{\"value\":7}"] {
                let payload = Array("{\"\(signal.key)\":\(value)}".utf8)
                expectRefused(subject, payload, .wrongType, "\(signal.key) \(value)")
            }
        }
        for period in ["0", "-60", "86400.001", "1e300", "\"60\"", "null", "[]"] {
            let payload = Array("{\"period_s\":\(period),\(subject.good)}".utf8)
            expectRefused(subject, payload, .outOfRange, alarm: "out_of_range", "period_s \(period)")
        }
    }

    @Test("a number is taken at the ends of its range and refused beyond them", arguments: InputSubject.metered)
    func range(subject: InputSubject) {
        for signal in subject.signals {
            for end in [signal.range.lowerBound, signal.range.upperBound] {
                var component = subject.make()
                let reply = tick(&component, [subject.message(subject.minute("\"\(signal.key)\":\(end)"))])
                #expect(reply.counts.accepted == 1 && reply.counts.readings == 1, "\(signal.key) \(end)")
                #expect(reply.alarms.isEmpty, "\(signal.key) \(end)")
            }
            let width = signal.range.upperBound - signal.range.lowerBound
            // Noise around 0 is 0 where 0 is the least.
            let isPower = signal.range.lowerBound == 0 && !signal.key.hasSuffix("_total_kwh")
            let beyond = [
                signal.range.lowerBound - (isPower ? 0.01001 : 1e-6) * width, signal.range.upperBound + 1e-6 * width,
                -1e308, 1e308,
            ]
            for value in beyond {
                let payload = Array(subject.minute("\"\(signal.key)\":\(value)").utf8)
                expectRefused(subject, payload, .outOfRange, alarm: "out_of_range", "\(signal.key) \(value)")
            }
        }
    }

    @Test("stamps ahead of plant time and in final periods are refused", arguments: InputSubject.all)
    func stamps(subject: InputSubject) {
        // Arrival at 60 s, lead 5 s. A period is final 24 h after its end.
        for ts in ["2025-06-18T06:01:05.001Z", "2106-02-07T06:28:16Z", "9999-12-31T23:59:59.999Z"] {
            expectRefused(
                subject, Array("{\"ts\":\"\(ts)\",\(subject.good)}".utf8), .clockFuture,
                alarm: subject.watchesClock ? "clock" : nil, ts)
        }
        for ts in ["2025-06-17T05:59:59.999Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"] {
            expectRefused(subject, Array("{\"ts\":\"\(ts)\",\(subject.good)}".utf8), .clockPast, ts)
        }
    }

    @Test(
        "a retained message is accepted and measures nothing; the real one that follows does",
        arguments: InputSubject.all)
    func retained(subject: InputSubject) {
        var component = subject.make()
        let reply = tick(&component, [subject.message(subject.minute(seq: 1), retain: true)])
        #expect(reply.counts.accepted == 1 && reply.counts.readings == 0 && reply.counts.rejectedTotal == 0)
        #expect(reply.lineOffs.isEmpty && reply.alarms.isEmpty)
        if !subject.signals.isEmpty { #expect(subject.quality(reply) == subject.silent) }
        #expect(subject.heard(tick(&component, [subject.message(subject.minute(tick: 2, seq: 2), tick: 2)], 2)))
        // A retained stamp of another time says nothing of the clock.
        var other = subject.make()
        let future = tick(
            &other, [subject.message("{\"ts\":\"2025-06-18T07:00:00Z\",\(subject.good)}", retain: true)])
        #expect(future.counts.rejected == [.clockFuture: 1] && future.alarms.isEmpty)
    }

    @Test("a message that comes twice counts once", arguments: InputSubject.all.filter { $0.kind != .count })
    func duplicate(subject: InputSubject) {
        for seq in [7, nil] {
            var component = subject.make()
            let message = subject.message(subject.minute(seq: seq))
            let reply = tick(&component, [message, message])
            #expect(reply.counts.accepted == 1 && reply.counts.duplicates == 1 && reply.counts.readings == 1)
            #expect(reply.counts.rejectedTotal == 0 && reply.alarms.isEmpty)
            var late = message
            late.arrival.t = Bench.context(2).to
            #expect(tick(&component, [late], 2).counts.duplicates == 1)
        }
    }

    @Test("offline takes its values away until online, and says what it is worth", arguments: InputSubject.metered)
    func offline(subject: InputSubject) {
        var component = subject.make()
        let off = tick(&component, [subject.message(subject.minute()), subject.status("offline")])
        #expect(off.counts.accepted == 2 && off.counts.rejectedTotal == 0)
        #expect(subject.quality(off) == subject.offline)
        let on = tick(
            &component, [subject.status("online", tick: 2), subject.message(subject.minute(tick: 2), tick: 2)], 2)
        #expect(on.counts.accepted == 2)
        #expect(subject.quality(on) == .good)
    }

    @Test("a status that is neither online nor offline is refused and changes nothing", arguments: InputSubject.all)
    func status(subject: InputSubject) {
        for text in [
            "", "Online", "online\n", "{\"state\":\"offline\"}", "offline ", String(repeating: "o", count: 70_000),
        ] {
            var component = subject.make()
            let reply = tick(&component, [subject.status(text)])
            #expect(reply.counts.rejected == [.wrongType: 1] && reply.counts.accepted == 0, "\(text.prefix(20))")
            #expect(subject.heard(tick(&component, [subject.message(subject.minute(tick: 2), tick: 2)], 2)))
        }
        var component = subject.make()
        #expect(tick(&component, [subject.status("online")]).counts.accepted == 1)
    }

    @Test("connected:false is a trip, while its reading stands", arguments: InputSubject.metered)
    func disconnected(subject: InputSubject) {
        var component = subject.make()
        let open = tick(&component, [subject.message(subject.minute("\(subject.good),\"connected\":false"))])
        #expect(subject.heard(open))
        #expect(open.alarmPaths == (subject.trips ? ["\(subject.path)/trip"] : []))
        // A switch alone is a message without a reading.
        let alone = tick(&component, [subject.message(subject.minute("\"connected\":false", tick: 2), tick: 2)], 2)
        #expect(alone.counts.accepted == 1 && alone.counts.readings == 0)
        #expect(alone.alarmPaths == (subject.trips ? ["\(subject.path)/trip"] : []))
        // What is no switch is no news of it.
        let wrong = subject.minute("\(subject.good),\"connected\":\"no\"", tick: 3)
        let closed = tick(&component, [subject.message(wrong, tick: 3)], 3)
        #expect(closed.counts.accepted == 1 && closed.alarms.isEmpty)
    }

    @Test("other assets and other topics of its area are refused", arguments: InputSubject.all)
    func otherTopics(subject: InputSubject) {
        guard !subject.signals.isEmpty else { return }
        var component = subject.make()
        let other = Bench.message(subject.area, "nobody", arrives: 60, subject.minute())
        let count = Bench.message(subject.area, subject.asset, .count, arrives: 60, "{\"vehicles_total\":7}")
        let reply = tick(&component, [other, count])
        #expect(reply.counts.rejected == [.unknownTopic: 2] && reply.counts.accepted == 0)
        #expect(subject.quality(reply) == subject.silent)
    }
}
