import TwinCore

/// What a payload has for a mapping, as far as it shows: its time, and its numbers with their units.
struct PayloadOffer {
    /// A number, and what is known of its unit.
    struct Number: Hashable {
        var place: String
        /// As a row has it: `kW`, `written`, `{at: "/unit"}`; nil where only a person knows.
        var unit: String?
        var isRegister = false
    }

    /// Numbers that are offered.
    static let numbersMax = 4

    private(set) var time: (place: String, format: String)?
    private(set) var numbers: [Number] = []
    private let arrivedAt: PlantTime

    /// - Parameter arrivedAt: a number near it is no reading but a stamp.
    init(_ document: JSON, arrivedAt: PlantTime) {
        self.arrivedAt = arrivedAt
        look(document, at: "", key: "", beside: nil)
    }

    /// - Parameter beside: the unit that the same object names.
    private mutating func look(_ value: JSON, at place: String, key: String, beside: (row: String, unit: ImportUnit)?) {
        switch value {
        case .number(let number): take(number, nil, at: place, key, beside)
        case .string(let text):
            if let format = PayloadOffer.format(ofTime: text) {
                time = time ?? (place, format)
            } else if let number = NumberText(text) {
                if number.unit.isEmpty {
                    take(number.value, nil, at: place, key, beside)
                } else if let unit = ImportUnit.written(number.unit) {
                    take(number.value, ("written", unit), at: place, key, beside)
                }
            }
        case .array(let items):
            for (index, item) in items.prefix(PayloadOffer.numbersMax).enumerated() {
                look(item, at: "\(place)/\(index)", key: key, beside: nil)
            }
        case .object(let members):
            let unit = members.lazy.compactMap { member -> (row: String, unit: ImportUnit)? in
                guard PayloadOffer.unitKeys.contains(member.key.lowercased()),
                    let unit = member.value.text.flatMap({ ImportUnit.written($0.trimmed) })
                else { return nil }
                let at = JSON.string(PayloadOffer.step(place, member.key)).line
                return ("{at: \(at)}", unit)
            }.first
            for member in members.prefix(64) {
                look(member.value, at: PayloadOffer.step(place, member.key), key: member.key, beside: unit)
            }
        case .null, .bool: break
        }
    }

    private static let unitKeys = ["unit", "units", "uom", "u"]

    private static func step(_ place: String, _ key: String) -> String {
        "\(place)/\(key.replacing("~", with: "~0").replacing("/", with: "~1"))"
    }

    private mutating func take(
        _ number: Double, _ written: (row: String, unit: ImportUnit)?, at place: String, _ key: String,
        _ beside: (row: String, unit: ImportUnit)?
    ) {
        if written == nil, let format = epoch(number, key) {
            time = time ?? (place, format)
            return
        }
        guard numbers.count < PayloadOffer.numbersMax else { return }
        let known = written ?? ImportUnit.ending(key).map { ($0.name, $0) } ?? beside
        let isRegister = known.map { $0.unit.quantity == .energy || $0.unit.name.hasSuffix("3") } ?? false
        numbers.append(Number(place: place, unit: known?.row, isRegister: isRegister))
    }

    // MARK: - Time

    private static let timeKeys = ["ts", "t", "at", "utc", "date"]

    /// Nil for a number that is no time: one is near its arrival, or is called a time and may be one.
    private func epoch(_ number: Double, _ key: String) -> String? {
        let name = key.lowercased()
        let isNamed =
            PayloadOffer.timeKeys.contains(name) || ["time", "stamp", "epoch"].contains { name.contains($0) }
        let words = [(seconds: number, word: "epoch_s"), (seconds: number / 1000, word: "epoch_ms")]
        return words.first { found in
            let isNear = abs(found.seconds - Double(arrivedAt.ms) / 1000) < Span.days(7).seconds
            // From 1985 to 2128.
            return isNear || (isNamed && (5e8..<5e9).contains(found.seconds))
        }?.word
    }

    /// How a text says a time; nil for one that says none.
    private static func format(ofTime text: String) -> String? {
        if PlantTime(rfc3339: text.trimmed) != nil { return "rfc3339" }
        guard text.contains(":") else { return nil }
        return ImportDateOrder.allCases.first { CivilText(text, $0) != nil }.map { order in
            order == .ymd ? "local" : "local, date: \(order.rawValue)"
        }
    }
}

extension ImportUnit {
    /// The unit that a foreign key ends with: `Power_kW`, `energy.kWh`; nil where it ends with none.
    fileprivate static func ending(_ key: String) -> ImportUnit? {
        let name = key.lowercased()
        if let unit = ofKey(name) { return unit }
        guard let word = name.split(whereSeparator: { "_-. ".contains($0) }).last,
            // One letter alone is a name of its own.
            word.count > 1 || word.count < name.count
        else { return nil }
        return all.first { $0.name.lowercased() == word }
    }
}

extension TopicSurvey.Topic {
    /// Rows for `signals.yaml`, with `…` where only a person knows what is meant.
    public var stub: String {
        let document = try? JSON(payload: example)  // what cannot be read is offered as a whole
        let offer = document.map { PayloadOffer($0, arrivedAt: first) }
        var lines = ["  - topic: \(JSON.string(name).printableLine)"]
        if let time = offer?.time {
            let at = time.place.isEmpty ? "" : "at: \(JSON.string(time.place).printableLine), "
            lines.append("    time: {\(at)format: \(time.format)}")
        }
        lines.append("    signals:")
        var numbers = offer?.numbers ?? []
        if numbers.isEmpty { numbers = [.init(place: "")] }
        for number in numbers {
            let value = number.place.isEmpty ? "" : "value: \(JSON.string(number.place).printableLine), "
            let kind = number.isRegister ? "counter" : "sample"
            lines.append("      - {\(value)asset: …, key: …, unit: \(number.unit ?? "…"), kind: \(kind)}")
        }
        return lines.joined(separator: "\n")
    }
}
