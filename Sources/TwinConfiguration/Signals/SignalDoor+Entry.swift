import TwinCore

extension SignalDoor {
    /// One message before one source: its document and its time.
    struct Entry {
        private let arrival: Arrival
        private let document: JSON
        private let source: SignalSource
        /// Where the message's interval begins, or when its sample was taken.
        private let ts: PlantTime
        /// A retained message without a time of its own tells of an unknown past.
        private let isOld: Bool

        init(_ arrival: Arrival, _ document: JSON, _ source: SignalSource) throws(LineFailure) {
            self.arrival = arrival
            self.document = document
            self.source = source
            let stamped = try source.time?.instant(in: document)
            isOld = arrival.retain && stamped == nil
            ts = stamped ?? arrival.t
        }

        func reading(_ area: Area, _ asset: String, _ kind: TopicKind, _ payload: [UInt8]) -> MappedReading {
            var own = arrival
            own.payload = payload
            own.retain = isOld
            return MappedReading(area: area, asset: asset, kind: kind, arrival: own)
        }

        /// What our own dialect says of a signal: nothing while a sum or a mean is not complete.
        func payloads(
            of signal: MappedSignal, memory: inout SignalMemory.Row
        ) throws(LineFailure) -> [(AssetPath, [UInt8])] {
            let (written, unit) = try number(of: signal)
            if let range = signal.range, !range.contains(written) {
                throw LineFailure(
                    reason: .outOfRange, text: "\(plain(written)) is not in \(range.lowerBound)...\(range.upperBound)")
            }
            var reading = written
            if let top = signal.top, !isOld {
                var register = memory.register ?? OverrunRegister(written)
                reading = register.take(written, top: top)
                memory.register = register
            }
            var value = signal.converted(reading, unit, source.period)
            if signal.kind == .counter, let kWhPerM3 = signal.kWhPerM3, !isOld {
                var register = memory.gas ?? GasRegister(reading, kWh: value, kWhPerM3: kWhPerM3)
                value = register.take(reading, kWhPerM3: kWhPerM3) { signal.converted($0, unit, source.period) }
                memory.gas = register
            }
            let pieces = laid(value, signal, &memory)
            // A sum or a mean of very large values is none.
            guard pieces.allSatisfy(\.value.isFinite) else {
                throw LineFailure(reason: .notFinite, text: "the value is not finite")
            }
            return pieces.flatMap { piece in signal.assets.map { ($0, text(of: signal, piece, unit)) } }
        }

        /// Where and how long the value holds; nothing while a sum or a mean is not complete.
        private func laid(_ value: Double, _ signal: MappedSignal, _ memory: inout SignalMemory.Row) -> [Piece] {
            let period = signal.kind == .counter ? nil : source.period
            let start = signal.kind.isInterval && source.stamp == .end ? ts - (period ?? Span(ms: 0)) : ts
            var piece = Piece(ts: start, period: period, value: value)
            if !source.summands.isEmpty {
                guard !isOld, let period, let topic = source.summands.firstIndex(of: arrival.topic) else { return [] }
                var sum = memory.sum ?? RunningSum(count: source.summands.count)
                defer { memory.sum = sum }
                guard let whole = sum.take(value, of: topic, at: ts, period: period) else { return [] }
                (piece.ts, piece.value) = (whole.ts, whole.value)
            }
            guard let every = signal.every else { return [piece] }
            guard !isOld else { return [] }
            guard var mean = memory.mean else {
                memory.mean = RunningMean(piece.value, at: piece.ts, every: every)
                return []
            }
            defer { memory.mean = mean }
            return mean.take(piece.value, at: piece.ts, every: every, hold: period ?? every).map {
                Piece(ts: $0.ts, period: $0.period, value: $0.value)
            }
        }

        struct Piece {
            var ts: PlantTime
            var period: Span?
            var value: Double
        }

        private func text(of signal: MappedSignal, _ piece: Piece, _ unit: ImportUnit) -> [UInt8] {
            var text = JSONText()
            text.add("ts", .string(piece.ts.rfc3339))
            if let period = piece.period { text.add("period_s", .number(period.seconds)) }
            text.add(signal.key, .number(piece.value))
            if let forecast = signal.forecast {
                let values = forecast.values(in: document, source.hasDecimalComma)
                    .map { signal.converted($0, unit, source.period) }
                text.add("forecast", .array(values.prefix(while: \.isFinite).map(JSON.number)))
            }
            return text.object
        }

        /// A signal's number as it is written, with its unit.
        private func number(of signal: MappedSignal) throws(LineFailure) -> (Double, ImportUnit) {
            guard let scope = signal.value.scope(in: document), let value = signal.value.value(in: scope) else {
                throw signal.value.absence(in: document)
            }
            guard value != .null else { throw LineFailure(reason: .wrongType, text: "null at \(signal.value.text)") }
            try check(signal.quality, scope)
            guard let number = NumberText(value, hasDecimalComma: source.hasDecimalComma) else {
                let hint = value.text.flatMap { NumberStyle(hasDecimalComma: source.hasDecimalComma).whatReads($0) }
                throw LineFailure(
                    reason: .wrongType,
                    text: "no number at \(signal.value.text): \(value.line.prefix(40))\(hint.map { "; \($0)" } ?? "")")
            }
            return (number.value, try unit(of: signal, number, scope))
        }

        private func check(_ flag: QualityFlag?, _ scope: JSON) throws(LineFailure) {
            guard let flag else { return }
            let found = text(at: flag.place, scope)
            guard let found, flag.good.contains(found) else {
                throw LineFailure(
                    reason: .quality, text: "the quality at \(flag.place.text) is \(quoted(found ?? "not there"))")
            }
        }

        private func unit(
            of signal: MappedSignal, _ number: NumberText, _ scope: JSON
        ) throws(LineFailure) -> ImportUnit {
            let name: String
            switch signal.unit {
            case .declared(let unit):
                guard number.unit.isEmpty || ImportUnit.written(number.unit) == unit else {
                    throw LineFailure(
                        reason: .unit, text: "the text says \(quoted(number.unit)), the mapping \(quoted(unit.name))")
                }
                return unit
            case .written: name = number.unit
            case .field(let place):
                guard let text = text(at: place, scope) else {
                    throw LineFailure(reason: .unit, text: "no unit at \(place.text), where the mapping has it")
                }
                name = text
            }
            guard let unit = ImportUnit.written(name) else {
                throw LineFailure(reason: .unit, text: "\(quoted(name)) is no unit that we know")
            }
            guard number.unit.isEmpty || ImportUnit.written(number.unit) == unit else {
                throw LineFailure(
                    reason: .unit, text: "\(quoted(number.unit)) follows the number, where its unit is \(quoted(name))")
            }
            guard unit.quantity == signal.quantity else {
                throw LineFailure(
                    reason: .unit,
                    text: "\(unit.name) is \(unit.quantity.rawValue), \(signal.key) needs \(signal.quantity.rawValue)")
            }
            return unit
        }

        /// A field beside a value: in its own list, or in the element where the value is.
        private func text(at place: PayloadPlace, _ scope: JSON) -> String? {
            (place.list == nil ? scope : place.scope(in: document)).flatMap(place.value)?.plainText?.trimmed
        }

        /// A vehicle event of our own dialect.
        func payload(of vehicles: MappedVehicles) throws(LineFailure) -> [UInt8] {
            func read(_ place: PayloadPlace) throws(LineFailure) -> String {
                guard let text = place.scope(in: document).flatMap(place.value)?.plainText?.trimmed, !text.isEmpty
                else { throw place.absence(in: document) }
                return text
            }
            let id = try read(vehicles.id)
            let word = try read(vehicles.event)
            guard let event = vehicles.words[word] else {
                throw LineFailure(reason: .wrongType, text: "the event \(quoted(word)) is none of the mapping's words")
            }
            var text = JSONText()
            text.add("ts", .string(ts.rfc3339))
            text.add("vehicle", .string(id))
            // A vehicle without a model is a vehicle all the same; model names are written in lower case.
            if let model = vehicles.model.flatMap({ $0.scope(in: document).flatMap($0.value)?.plainText }) {
                text.add("model", .string(model.trimmed.lowercased()))
            }
            text.add("event", .string(event))
            return text.object
        }
    }
}

extension ForecastPlace {
    /// Longest forecast that is taken: four days of half hours.
    private static let valuesMax = 192

    fileprivate func values(in document: JSON, _ hasDecimalComma: Bool?) -> [Double] {
        let elements = list.find(in: document)?.items ?? []
        var values: [Double] = []
        for element in elements.dropFirst(skip).prefix(Self.valuesMax) {
            // A forecast ends where it says nothing: what follows would slip to an earlier period.
            guard let value = at.find(in: element).flatMap({ NumberText($0, hasDecimalComma: hasDecimalComma) }) else {
                break
            }
            values.append(value.value)
        }
        return values
    }
}
