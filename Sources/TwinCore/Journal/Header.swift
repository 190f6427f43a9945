/// The first line of a replay file or of a journal segment: what a run was made with.
public struct Header: Sendable, Hashable {
    public static let version = "replay/1"
    /// The run of what the simulated plant says.
    public static let simulatedRun = "simulated"

    public var site: String
    /// Drawn once per live run; part of every command id.
    public var run: String
    public var start: PlantTime
    public var timeZone: String
    public var stepS: Int
    public var seed: UInt64
    public var mode: ControlMode
    public var loop: LoopKind
    public var clock: ClockKind
    public var marks: Bool
    /// `sha256:…` of the configuration files.
    public var config: String
    public var build: String
    /// Segments after the first: the tick its first mark closes, and the chain before it.
    public var firstTick: Int
    public var chain: String?

    public init(
        site: String, run: String, start: PlantTime, timeZone: String, stepS: Int, seed: UInt64, mode: ControlMode,
        loop: LoopKind, clock: ClockKind, marks: Bool, config: String, build: String, firstTick: Int = 1,
        chain: String? = nil
    ) {
        self.site = site
        self.run = run
        self.start = start
        self.timeZone = timeZone
        self.stepS = stepS
        self.seed = seed
        self.mode = mode
        self.loop = loop
        self.clock = clock
        self.marks = marks
        self.config = config
        self.build = build
        self.firstTick = firstTick
        self.chain = chain
    }

    public var step: Span { .seconds(Int64(stepS)) }

    public var bytes: [UInt8] {
        var members: [JSON.Member] = [
            .init("twin", .string(Header.version)), .init("site", .string(site)), .init("run", .string(run)),
            .init("start", .string(start.rfc3339)), .init("tz", .string(timeZone)), .init("step_s", .integer(stepS)),
            .init("seed", seed > 1 << 53 ? .string(String(seed)) : .integer(seed)),
            .init("mode", .string(mode.rawValue)), .init("loop", .string(loop.rawValue)),
            .init("clock", .string(clock.rawValue)), .init("marks", .bool(marks)), .init("config", .string(config)),
            .init("build", .string(build)),
        ]
        if firstTick > 1 { members.append(.init("first_tick", .integer(firstTick))) }
        if let chain { members.append(.init("chain", .string(chain))) }
        return JSON.object(members).bytes
    }

    /// Reads a header. A missing optional key takes the contract's default; a wrong one is named.
    public init(bytes: [UInt8]) throws(LineFailure) {
        let value: JSON
        do { value = try JSONReader.read(bytes) } catch {
            throw LineFailure(reason: RejectReason(error), text: "the first line is no replay header")
        }
        guard let version = value["twin"]?.text else {
            throw LineFailure(reason: .parse, text: "the first line has no \"twin\":\"\(Header.version)\"")
        }
        guard version == Header.version else {
            throw LineFailure(
                reason: .version, text: "this file is \"\(version)\", this program reads \"\(Header.version)\"")
        }
        func need<T>(_ key: String, _ what: String, _ read: (JSON) -> T?) throws(LineFailure) -> T {
            guard let found = value[key] else {
                throw LineFailure(reason: .parse, text: "the header has no \"\(key)\"")
            }
            guard let read = read(found) else {
                throw LineFailure(reason: .wrongType, text: "header \"\(key)\": expected \(what), found \(found.line)")
            }
            return read
        }
        func maybe<T>(_ key: String, _ fallback: T, _ what: String, _ read: (JSON) -> T?) throws(LineFailure) -> T {
            value[key] == nil ? fallback : try need(key, what, read)
        }
        func choice<T: RawRepresentable>(_ key: String, _ fallback: T) throws(LineFailure) -> T
        where T.RawValue == String {
            try maybe(key, fallback, "a known word") { $0.text.flatMap(T.init) }
        }
        site = try need("site", "a site id") { $0.text.flatMap { Topic.isAssetID($0) ? $0 : nil } }
        // Files, command ids and topics are named by it.
        run = try maybe("run", "replay", "an id of a-z, 0-9 and -") {
            $0.text.flatMap { Topic.isAssetID($0) ? $0 : nil }
        }
        start = try need("start", "an RFC 3339 time") { $0.text.flatMap { PlantTime(rfc3339: $0) } }
        timeZone = try maybe("tz", "UTC", "text") { $0.text }
        stepS = try need("step_s", "whole seconds that divide 1800") {
            $0.integer.flatMap { (1...1800).contains($0) && 1800 % $0 == 0 ? Int($0) : nil }
        }
        // Beyond 2^53 a number would lose its last digits, so such a seed stands as text.
        seed = try maybe("seed", 0, "a whole number >= 0") {
            $0.integer.flatMap(UInt64.init(exactly:)) ?? $0.text.flatMap { UInt64($0) }
        }
        mode = try choice("mode", .shadow)
        loop = try choice("loop", .open)
        clock = try choice("clock", .event)
        marks = try maybe("marks", false, "true or false") { $0.bool }
        // The folder that keeps a configuration is named by it.
        config = try maybe("config", "", "sha256: and a hash") { value in
            value.text.flatMap { text in
                let isName = text.hasPrefix("sha256:") && Topic.isAssetID(text.dropFirst("sha256:".count))
                return text.isEmpty || isName ? text : nil
            }
        }
        build = try maybe("build", "", "text") { $0.text }
        let last = (PlantTime.latest - start).ms / (Int64(stepS) * 1000)
        firstTick = try maybe("first_tick", 1, "a whole number from 1 to the year 9999") {
            $0.integer.flatMap { 1 <= $0 && $0 <= last ? Int($0) : nil }
        }
        chain = try maybe("chain", nil, "text") { $0.text.map(Optional.some) }
        guard start.floored(to: step) == start else {
            throw LineFailure(reason: .parse, text: "header \"start\" \(start.rfc3339) is not a whole number of steps")
        }
    }
}
