public import TwinCore
public import TwinFiles

/// Broker traffic as other programs record it.
///
/// - `mosquitto_sub -F %j` and `%J`: a JSON object a line with `tst`, `topic`, `qos`, `retain`, `payloadlen` and
///   `payload`. With `%j` the payload is text, or a list of bytes where it is none; with `%J` it is JSON itself.
///   `tst` is local time with a `Z` that means nothing and, after it, the offset: `2025-06-18T07:00:00.000000Z+0100`.
///   Older versions write seconds since 1970.
/// - mqtt-recorder: CSV rows `topic,payload,qos,retain,time,delta` without headings, with `time` in seconds since 1970.
///   With its `--encode_b64` every payload is base64. A file with headings is read by them: `timestamp` or `time`,
///   `topic`, `payload`, and where there are such columns `qos` and `retain`.
public enum RecordingFormat: String, Sendable, Hashable, CaseIterable {
    case mosquitto, mqttRecorder

    /// What a file's first line looks like; nil for our own replay files and whatever else.
    public static func detect(_ line: [UInt8]) -> RecordingFormat? {
        if let members = try? JSONReader.readMembers(line) {  // no JSON is no failure here
            let keys = Set(members.map(\.key))
            return keys.isSuperset(of: ["tst", "topic"]) ? .mosquitto : nil
        }
        var lines = [LineRead.line(line)][...]
        var reader = CSVReader(delimiter: 0x2C) { lines.popFirst() }
        guard let record = reader.record() else { return nil }
        if CSVColumns(headings: record) != nil { return .mqttRecorder }
        // A payload may go on in the next line.
        guard !record.isBroken else { return record.text(0).map(isTopic) == true ? .mqttRecorder : nil }
        return CSVColumns.plain.message(record, isBase64: false) == nil ? nil : .mqttRecorder
    }

    private static func isTopic(_ text: String) -> Bool { text.contains("/") && !text.contains("{") }
}

/// Reads a broker recording message by message.
public struct RecordingReader {
    /// A message, or why a line is none, with the line it starts in.
    public enum Item: Sendable {
        case message(Arrival)
        case refused(line: Int, LineFailure)
    }

    public let format: RecordingFormat
    private let lines: LineSource
    private var records: CSVReader
    private var columns: CSVColumns?
    private let isBase64: Bool

    /// - Parameters:
    ///   - isBase64: whether an mqtt-recorder file was written with `--encode_b64`; the file itself does not say.
    ///   - next: hands out the lines, nil at the end.
    public init(_ format: RecordingFormat, isBase64: Bool = false, next: @escaping () -> LineRead?) {
        self.format = format
        self.isBase64 = isBase64
        lines = LineSource(next)
        records = CSVReader(delimiter: 0x2C, next: next)
    }

    /// The next message or refused line; nil at the end. Blank lines are passed over.
    public mutating func next() -> Item? {
        switch format {
        case .mosquitto: nextLine()
        case .mqttRecorder: nextRecord()
        }
    }

    private func nextLine() -> Item? {
        while let read = lines.next() {
            guard case .line(let bytes) = read else {
                return .refused(line: lines.number, LineFailure(reason: .tooLarge, text: "the line is too long"))
            }
            if bytes.isEmpty { continue }
            do throws(LineFailure) {
                return .message(try MosquittoLine.read(bytes, number: lines.number))
            } catch {
                return .refused(line: lines.number, error)
            }
        }
        return nil
    }

    private mutating func nextRecord() -> Item? {
        while let record = records.record() {
            if columns == nil {
                if let named = CSVColumns(headings: record) {
                    columns = named
                    continue
                }
                columns = .plain
            }
            if let arrival = columns?.message(record, isBase64: isBase64) { return .message(arrival) }
            let form = "topic, payload, qos, retain and time"
            let text = record.isBroken ? "a quote is not closed" : "not a row of \(form) that can be read"
            return .refused(line: record.line, LineFailure(reason: .parse, text: text))
        }
        return nil
    }
}

/// Lines with their number.
private final class LineSource {
    private let read: () -> LineRead?
    private(set) var number = 0

    init(_ read: @escaping () -> LineRead?) { self.read = read }

    func next() -> LineRead? {
        let line = read()
        if line != nil { number += 1 }
        return line
    }
}

// MARK: - mosquitto_sub

private enum MosquittoLine {
    static func read(_ bytes: [UInt8], number: Int) throws(LineFailure) -> Arrival {
        let members: [JSONReader.RangedMember]
        do { members = try JSONReader.readMembers(bytes) } catch {
            throw LineFailure(reason: RejectReason(error), text: "not a JSON object we accept (\(error.rawValue))")
        }
        func member(_ key: String) -> JSON? { members.first { $0.key == key }?.value }
        guard let t = member("tst").flatMap(time) else {
            throw LineFailure(reason: .parse, text: "\"tst\" is neither a time with its offset nor seconds since 1970")
        }
        guard let topic = member("topic")?.text, !topic.isEmpty else {
            throw LineFailure(reason: .wrongType, text: "\"topic\" is missing or not text")
        }
        guard let payload = members.first(where: { $0.key == "payload" }) else {
            throw LineFailure(reason: .parse, text: "\"payload\" is missing")
        }
        var arrival = Arrival(t: t, topic: topic, payload: [], number: number)
        switch payload.value {
        case .string(let text): arrival.payload = Array(text.utf8)
        case .null: break
        case .array(let items): arrival.payload = rawBytes(items, member("payloadlen")) ?? Array(bytes[payload.range])
        default: arrival.payload = Array(bytes[payload.range])
        }
        arrival.qos = Int(min(max(member("qos")?.integer ?? 0, 0), 2))
        arrival.retain = member("retain").map { $0.bool ?? ($0.integer == 1) } ?? false
        return arrival
    }

    /// A list of as many bytes as the payload had; the JSON text of a list is longer than its items.
    private static func rawBytes(_ items: [JSON], _ length: JSON?) -> [UInt8]? {
        let bytes = items.compactMap { $0.integer.flatMap { UInt8(exactly: $0) } }
        return bytes.count == items.count && length?.integer == Int64(bytes.count) ? bytes : nil
    }

    private static func time(_ value: JSON) -> PlantTime? {
        if let seconds = value.double { return PlantTime(secondsSince1970: seconds) }
        guard let text = value.text else { return nil }
        let parts = text.split(separator: "Z", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { return PlantTime(rfc3339: text) }
        // `+0100` and `+01:00`.
        let offset = parts[1].filter { $0 != ":" }
        guard offset.count == 5 else { return nil }
        return PlantTime(rfc3339: "\(parts[0])\(offset.prefix(3)):\(offset.suffix(2))")
    }
}

// MARK: - mqtt-recorder

private struct CSVColumns {
    var topic: Int
    var payload: Int
    var qos: Int?
    var retain: Int?
    var time: Int

    static let plain = CSVColumns(topic: 0, payload: 1, qos: 2, retain: 3, time: 4)

    private init(topic: Int, payload: Int, qos: Int?, retain: Int?, time: Int) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.time = time
    }

    /// Nil for a row that is no row of headings.
    init?(headings: CSVRecord) {
        let names = (0..<headings.count).map { (headings.text($0) ?? "").lowercased() }
        guard let topic = names.firstIndex(of: "topic"), let payload = names.firstIndex(of: "payload"),
            let time = names.firstIndex(where: { ["timestamp", "time"].contains($0) })
        else { return nil }
        self.init(
            topic: topic, payload: payload, qos: names.firstIndex(of: "qos"), retain: names.firstIndex(of: "retain"),
            time: time)
    }

    func message(_ record: CSVRecord, isBase64: Bool) -> Arrival? {
        guard !record.isBroken, let topic = record.text(topic), !topic.isEmpty, let text = record.bytes(payload),
            let when = record.text(time),
            let t = Double(decimal: when).flatMap(PlantTime.init(secondsSince1970:)) ?? PlantTime(rfc3339: when)
        else { return nil }
        var arrival = Arrival(t: t, topic: topic, payload: text, number: record.line)
        if isBase64 {
            guard let decoded = Base64.decode(String(decoding: text, as: UTF8.self)) else { return nil }
            arrival.payload = decoded
        }
        if let qos {
            guard let value = record.text(qos).flatMap({ Int($0) }), (0...2).contains(value) else { return nil }
            arrival.qos = value
        }
        if let retain {
            guard let value = record.text(retain)?.lowercased(), ["true", "false", "1", "0"].contains(value) else {
                return nil
            }
            arrival.retain = value == "true" || value == "1"
        }
        return arrival
    }
}
