/// Reads the telemetry of one source whose keys are known: each signal's value goes straight into its slot.
///
/// A source writes the same keys in the same order, so the key that stood in a place last is tried first there. A payload
/// that is not plain goes through `Telemetry.init`, so that both ways accept the same messages, say the same of them and
/// give the same reasons.
public struct SlotReader: Sendable {
    /// Of the signals, then `Head`'s.
    private let keys: [[UInt8]]
    private let names: [String]
    /// Which key stood in which place of the last message; one beyond `keys` where it was none of them.
    private var order: [Int] = []

    /// What a message says beside its values.
    private enum Head: Int, CaseIterable {
        case ts, seq, period, modelled, connected, forecast

        var key: String {
            switch self {
            case .ts: "ts"
            case .seq: "seq"
            case .period: "period_s"
            case .modelled: "modelled"
            case .connected: "connected"
            case .forecast: "forecast"
            }
        }
    }

    /// - Parameter keys: of the signals, by slot.
    public init(keys: [String]) {
        names = keys
        self.keys = (keys + Head.allCases.map(\.key)).map { Array($0.utf8) }
    }

    /// Slots that a message takes.
    public var count: Int { names.count }

    /// Appends the values of one message to `slots`, `count` of them; the telemetry that comes back has none.
    /// - Parameter times: shared by the sources whose messages are read together.
    public mutating func read(
        _ arrival: Arrival, _ times: inout TimeMemory, into slots: inout [TelemetryValue?]
    ) throws(LineFailure) -> Telemetry {
        let first = slots.count
        for _ in names.indices { slots.append(nil) }
        if let telemetry = plain(arrival, &times, &slots, from: first) { return telemetry }
        var telemetry = try Telemetry(arrival)
        for (slot, name) in names.enumerated() {
            slots[first + slot] = telemetry.values.first { $0.key == name }?.value
        }
        telemetry.values = []
        return telemetry
    }

    private mutating func plain(
        _ arrival: Arrival, _ times: inout TimeMemory, _ slots: inout [TelemetryValue?], from first: Int
    ) -> Telemetry? {
        let bytes = arrival.payload.span
        var position = 0
        guard bytes.count <= Telemetry.payloadMax, keys.count <= UInt64.bitWidth,
            PlainJSON.take(0x7B, bytes, &position)
        else { return nil }
        var telemetry = Telemetry(
            ts: arrival.t, seq: nil, period: nil, isModelled: false, connected: nil, values: [], forecast: [])
        var seen: UInt64 = 0
        var others = PlainKeys()
        var place = 0
        repeat {
            guard let key = key(at: place, bytes, &position, &others) else { return nil }
            place += 1
            if key == keys.count {
                guard PlainJSON.passOver(bytes, &position, depth: 2) else { return nil }
                continue
            }
            guard seen & 1 << UInt64(key) == 0 else { return nil }
            seen |= 1 << UInt64(key)
            if key < names.count {
                guard let value = SlotReader.value(bytes, &position) else { return nil }
                slots[first + key] = value
            } else {
                guard let head = Head(rawValue: key - names.count),
                    SlotReader.take(head, bytes, &position, &times, &telemetry)
                else { return nil }
            }
        } while PlainJSON.take(0x2C, bytes, &position)
        guard PlainJSON.take(0x7D, bytes, &position), position == bytes.count else { return nil }
        return telemetry
    }

    /// Takes a key and its colon.
    private mutating func key(
        at place: Int, _ bytes: ByteSpan, _ position: inout Int, _ others: inout PlainKeys
    ) -> Int? {
        guard PlainJSON.take(0x22, bytes, &position) else { return nil }
        if place < order.count, order[place] < keys.count {
            let guess = order[place]
            let end = position + keys[guess].count
            if end + 1 < bytes.count, bytes[end] == 0x22, bytes[end + 1] == 0x3A,
                PlainJSON.holds(keys[guess], bytes, at: position)
            {
                position = end + 2
                return guess
            }
        }
        guard let range = PlainJSON.text(bytes, &position), PlainJSON.take(0x3A, bytes, &position) else { return nil }
        // The head's words come first, as they do in `Telemetry`.
        func isKey(_ index: Int) -> Bool {
            keys[index].count == range.count && PlainJSON.holds(keys[index], bytes, at: range.lowerBound)
        }
        let known = (names.count..<keys.count).first(where: isKey) ?? names.indices.first(where: isKey)
        if known == nil, !others.isNew(range, bytes) { return nil }
        if place < order.count { order[place] = known ?? keys.count } else { order.append(known ?? keys.count) }
        return known ?? keys.count
    }

    /// A signal's value: a number, or what stands there instead.
    @inline(__always)
    private static func value(_ bytes: ByteSpan, _ position: inout Int) -> TelemetryValue? {
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case 0x2D, 0x30...0x39: return PlainJSON.number(bytes, &position).map(TelemetryValue.number)
        default: return PlainJSON.passOver(bytes, &position, depth: 2) ? .wrongType : nil
        }
    }

    /// Takes one of the head's members; false where it is not plainly what it should be.
    private static func take(
        _ head: Head, _ bytes: ByteSpan, _ position: inout Int, _ times: inout TimeMemory,
        _ telemetry: inout Telemetry
    ) -> Bool {
        switch head {
        case .ts:
            guard PlainJSON.take(0x22, bytes, &position), let ts = times.read(bytes, &position) else { return false }
            telemetry.ts = ts
        case .seq:
            guard let number = PlainJSON.number(bytes, &position) else { return false }
            telemetry.seq = JSON.number(number).integer
        case .period:
            guard let seconds = PlainJSON.number(bytes, &position), let period = Telemetry.period(seconds) else {
                return false
            }
            telemetry.period = period
        case .modelled:
            guard let word = boolean(bytes, &position) else { return false }
            telemetry.isModelled = word
        case .connected:
            guard let word = boolean(bytes, &position) else { return false }
            telemetry.connected = word
        case .forecast: return takeForecast(bytes, &position, &telemetry)
        }
        return true
    }

    private static func boolean(_ bytes: ByteSpan, _ position: inout Int) -> Bool? {
        if PlainJSON.take("true", bytes, &position) { return true }
        return PlainJSON.take("false", bytes, &position) ? false : nil
    }

    private static func takeForecast(
        _ bytes: ByteSpan, _ position: inout Int, _ telemetry: inout Telemetry
    ) -> Bool {
        guard PlainJSON.take(0x5B, bytes, &position) else { return false }
        if PlainJSON.take(0x5D, bytes, &position) { return true }
        repeat {
            var value: Double?
            if !PlainJSON.take("null", bytes, &position) {
                guard let number = PlainJSON.number(bytes, &position) else { return false }
                value = number
            }
            guard telemetry.forecast.count < Telemetry.forecastMax else { return false }
            telemetry.forecast.append(value)
        } while PlainJSON.take(0x2C, bytes, &position)
        return PlainJSON.take(0x5D, bytes, &position)
    }
}
