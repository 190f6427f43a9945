import Foundation
public import TwinCore
import TwinFiles

/// A scenario: a recording, faults laid over it, and what is expected of the twin.
public struct ScenarioFile: Sendable {
    public var path: String
    public var name: String
    /// The recording's path, resolved.
    public var recording: String
    public var seed: UInt64?
    public var loop: LoopKind
    public var mode: ControlMode?
    public var faults: [Fault]
    /// In the order of their times.
    public var orders: [ScenarioOrder]
    public var expectations: [Expectation]
    /// Where each fault, order and expectation stands.
    public var faultPlaces: [FilePlace]
    public var orderPlaces: [FilePlace]
    public var expectationPlaces: [FilePlace]

    private enum PlantKind: String, CaseIterable { case simulated, recorded }

    /// Reads a scenario and the header of its recording, which says what a time of day means.
    ///
    /// Throws `ConfigProblems` with everything that is wrong, or `FileProblem` 66 when there is no such file.
    public static func load(path: String) throws -> ScenarioFile {
        let bytes = try WholeFile.start(of: path, bytesMax: YAMLNode.bytesMax)
        let log = ProblemLog()
        let root = YAMLNode.read(file: path, bytes: bytes, log: log)
        let scenario = root.flatMap { read($0, path: path) }
        try log.check()
        guard let scenario else { throw log.problems }
        return scenario
    }

    private static func read(_ root: YAMLNode, path: String) -> ScenarioFile? {
        root.fields { fields in
            let version = fields.required("twin", hint: "write twin: scenario/1")
            if let version, let text = version.text(), text != "scenario/1" {
                version.problem("this program reads scenario/1, this file is \(text)")
            }
            let name = fields.required("name", hint: "say in a sentence what the scenario shows")?.text()
            let recordingNode = fields.required("recording", hint: "name a replay file beside the scenario")
            let seed = fields.optional("seed")?.whole(in: 0...1 << 53, "seed")
            let plant = fields.optional("plant")?.choice(PlantKind.self)
            let mode = fields.optional("mode")?.choice(ControlMode.self)
            let faultNodes = fields.optional("faults")?.items(0...1000) ?? []
            let orderNodes = fields.optional("orders")?.items(0...1000) ?? []
            let expectNodes = fields.required("expect", hint: "a scenario expects something")?.items(1...1000) ?? []
            let recording = recordingNode.flatMap { resolve($0, scenario: path) }
            let header = recording.flatMap { path in recordingNode.flatMap { Self.header(of: path, $0) } }
            let zone = header.flatMap { LocalZone(database: $0.timeZone) }
            if let header, zone == nil {
                recordingNode?.problem("its header names the unknown time zone \(header.timeZone)")
            }
            // Without a recording, times mean some day: enough to find what else is wrong.
            let moments = Moments(start: header?.start ?? PlantTime(ms: 0), zone: zone ?? .utc)
            let faults = faultNodes.compactMap { moments.fault($0) }
            let orders = orderNodes.compactMap { node in moments.order(node).map { (order: $0, place: node.place) } }
                .sorted { $0.order.at < $1.order.at }
            let expectations = expectNodes.compactMap { moments.expectation($0) }
            guard let name, let recording, zone != nil else { return nil }
            return ScenarioFile(
                path: path, name: name, recording: recording, seed: seed.map { UInt64($0) },
                loop: plant == .simulated ? .closed : .open, mode: mode, faults: faults,
                orders: orders.map(\.order), expectations: expectations, faultPlaces: faultNodes.map(\.place),
                orderPlaces: orders.map(\.place), expectationPlaces: expectNodes.map(\.place))
        }
    }

    /// The recording must stay inside the `replay` folder that holds the scenario, or beside it.
    private static func resolve(_ node: YAMLNode, scenario path: String) -> String? {
        guard let text = node.text() else { return nil }
        let folder = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
            .deletingLastPathComponent()
        var root = folder
        while root.path != "/", root.lastPathComponent != "replay" { root.deleteLastPathComponent() }
        if root.path == "/" { root = folder }
        let target = URL(fileURLWithPath: text, relativeTo: folder).standardizedFileURL.resolvingSymlinksInPath()
        guard target.path.hasPrefix(root.path + "/") else {
            node.problem("\"\(text)\" leaves the folder \(root.lastPathComponent); keep recordings inside it")
            return nil
        }
        return target.path
    }

    private static func header(of recording: String, _ node: YAMLNode) -> Header? {
        do {
            guard case .line(let bytes)? = try LineReader(path: recording).next() else {
                node.problem("\(recording) is empty")
                return nil
            }
            return try Header(bytes: bytes)
        } catch let failure as LineFailure {
            node.problem("\(recording): \(failure.text)")
        } catch {
            node.problem("\(error)")
        }
        return nil
    }
}

/// Reads times of a scenario: a time of day means its first passing in the recording.
private struct Moments {
    let start: PlantTime
    let zone: LocalZone

    func instant(_ text: String) -> PlantTime? {
        if let time = PlantTime(rfc3339: text) { return time }
        if let local = PlantTime(zoneless: text) {
            let day = local.ms / 86_400_000
            return zone.instant(CivilDate(daysSinceEpoch: day), msOfDay: local.ms - day * 86_400_000)
        }
        guard let ofDay = PlantTime(zoneless: "2000-01-01T\(text)") else { return nil }
        let ms = ofDay.ms % 86_400_000
        let date = zone.local(start).date
        let first = zone.instant(date, msOfDay: ms)
        return first >= start ? first : zone.instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1), msOfDay: ms)
    }

    func fault(_ node: YAMLNode) -> Fault? {
        guard case .object(var members) = node.json else { return node.mismatch("a fault: {at, for, do, on}") }
        var from = start
        if let index = members.firstIndex(where: { $0.key == "at" }) {
            guard let time = members[index].value.text.flatMap(instant) else {
                return (node.find("at") ?? node).mismatch("a time such as \"12:00\"")
            }
            from = time
            members.remove(at: index)
        }
        do { return try Fault(.object(members), at: from) } catch {
            node.problem(error.text)
            return nil
        }
    }

    /// `for: 2h` counts from `from`, else from `at`.
    func order(_ node: YAMLNode) -> ScenarioOrder? {
        guard case .object(let members) = node.json else { return node.mismatch("an order: {at, for, manual, value}") }
        var at = start
        var (from, lasting): (PlantTime?, Span?)
        var rest: [JSON.Member] = []
        for member in members {
            func time() -> PlantTime? {
                guard let time = member.value.text.flatMap(instant) else {
                    return (node.find(member.key) ?? node).mismatch("a time such as \"12:00\"")
                }
                return time
            }
            switch member.key {
            case "at":
                guard let time = time() else { return nil }
                at = time
            case "from", "until":
                guard let time = time() else { return nil }
                if member.key == "from" { from = time }
                rest.append(.init(member.key, .string(time.rfc3339)))
            case "for":
                guard let span = member.value.text.flatMap({ Span(text: $0) }) else {
                    return (node.find("for") ?? node).mismatch("a length such as \"2h\"")
                }
                lasting = span
            default: rest.append(member)
            }
        }
        if let lasting { rest.append(.init("until", .string(((from ?? at) + lasting).rfc3339))) }
        do { return try ScenarioOrder(.object(rest), at: at) } catch {
            node.problem(error.text)
            return nil
        }
    }

    func expectation(_ node: YAMLNode) -> Expectation? {
        let place = "\(node.place.file):\(node.place.line)"
        do {
            return try Expectation(node.json, at: start, place: place) { value in value.text.flatMap(instant) }
        } catch {
            node.problem(error.text)
            return nil
        }
    }
}

extension YAMLNode {
    /// The value as JSON, for vocabularies that replay files share; plain scalars become numbers and switches.
    var json: JSON {
        switch content {
        case .refused: .null
        case .list(let items): .array(items.map(\.json))
        case .mapping(let entries): .object(entries.map { .init($0.key, $0.value.json) })
        case .scalar(let text, let isPlain):
            switch (text, isPlain) {
            case ("true", true): .bool(true)
            case ("false", true): .bool(false)
            default: isPlain ? Double(text).flatMap { $0.isFinite ? .number($0) : nil } ?? .string(text) : .string(text)
            }
        }
    }
}
