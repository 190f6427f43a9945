public import TwinCore

/// A reading of our own dialect that a foreign message gave.
public struct MappedReading: Sendable, Hashable {
    public var area: Area
    public var asset: String
    public var kind: TopicKind
    /// The foreign topic and line, with the payload that our own dialect would have had.
    public var arrival: Arrival
}

/// What became of one foreign message.
public struct MappedMessage: Sendable {
    public var readings: [MappedReading] = []
    /// Why nothing of it can be used; nil where something was, or will be when more has come.
    public var failure: LineFailure?
    /// What of a used message is wrong for the first time, row by row.
    public var notes: [LineFailure] = []
    /// Signals of a used message whose values are none, each time, and why.
    public var lost: [(signal: String, reason: RejectReason)] = []
    /// Assets that it should tell of and does not, and why.
    public var unused: [AssetPath: LineFailure] = [:]
    var isUsed = false

    mutating func miss(_ assets: [AssetPath], _ failure: LineFailure) {
        for asset in assets where unused[asset] == nil { unused[asset] = failure }
    }
}

/// Translates foreign messages, one at a time and in their order, into readings of our own dialect. Live operation, replay
/// and recovery call the same door, so a journal keeps what was received.
///
/// Pure: what it remembers is handed in. Its own state only spares work and words.
public struct SignalDoor: Sendable {
    public let mapping: SignalMapping
    /// Rows whose failure was told, so that a wrong row is one sentence and not one a message.
    private var told: Set<FilePlace> = []

    public init(_ mapping: SignalMapping) { self.mapping = mapping }

    /// Topics of the mapping that no message came on, as sentences.
    public func silentRows(_ memory: SignalMemory) -> [String] {
        mapping.sources.filter { !memory.heard.contains($0.filter.text) }.map { source in
            "\(source.place.text): \(source.path).topic: no message came on \(quoted(source.filter.text))"
        }
    }

    /// - Parameter sources: those that the topic belongs to.
    public mutating func translate(
        _ arrival: Arrival, sources: [Int], memory: inout SignalMemory
    ) -> MappedMessage {
        var message = MappedMessage()
        let document: JSON
        do { document = try JSON(payload: arrival.payload) } catch {
            message.failure = error
            for signal in sources.flatMap({ mapping.sources[$0].signals }) { message.miss(signal.assets, error) }
            return message
        }
        for index in sources {
            let source = mapping.sources[index]
            memory.heard.insert(source.filter.text)
            do {
                let entry = try Entry(arrival, document, source)
                for signal in source.signals { take(signal, entry, &memory, &message) }
                if let vehicles = source.vehicles { take(vehicles, entry, &message) }
            } catch {
                fail(source.place, source.path, error, source.signals.flatMap(\.assets), &message)
            }
        }
        if message.isUsed {
            message.failure = nil
            // A message need not bring all of a source's signals, and one value of an asset is enough to hear of it.
            for reading in message.readings { message.unused[AssetPath(reading.area, reading.asset)] = nil }
            message.unused = message.unused.filter { $0.value.reason != .unknownKey }
        } else {
            message.notes = []
            message.lost = []
        }
        return message
    }

    private mutating func take(
        _ signal: MappedSignal, _ entry: Entry, _ memory: inout SignalMemory, _ message: inout MappedMessage
    ) {
        do throws(LineFailure) {
            let payloads = try entry.payloads(of: signal, memory: &memory.signals[signal.name, default: .init()])
            message.isUsed = true
            for (asset, payload) in payloads {
                message.readings.append(entry.reading(asset.area, asset.asset, .tele, payload))
            }
        } catch {
            // A message need not bring all of a source's signals.
            if error.reason != .unknownKey {
                message.lost += signal.assets.map { ("\($0.text)/\(signal.key)", error.reason) }
            }
            fail(signal.place, signal.path, error, signal.assets, &message)
        }
    }

    private mutating func take(_ vehicles: MappedVehicles, _ entry: Entry, _ message: inout MappedMessage) {
        do throws(LineFailure) {
            let payload = try entry.payload(of: vehicles)
            message.isUsed = true
            message.readings.append(entry.reading(.line, vehicles.line, .vehicle, payload))
        } catch {
            fail(vehicles.place, vehicles.path, error, [], &message)
        }
    }

    private mutating func fail(
        _ place: FilePlace, _ path: String, _ failure: LineFailure, _ assets: [AssetPath],
        _ message: inout MappedMessage
    ) {
        let named = LineFailure(reason: failure.reason, text: "\(failure.text) (\(place.text): \(path))")
        if message.failure == nil { message.failure = named }
        message.miss(assets, named)
        if told.insert(place).inserted { message.notes.append(named) }
    }
}

extension FilePlace {
    /// `signals.yaml:12:7`.
    var text: String { "\(file):\(line):\(column)" }
}
