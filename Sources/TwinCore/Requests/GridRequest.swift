/// What somebody wants of the site's exchange with the grid for a while: a demand-response event, a virtual power plant's
/// call, an operator's ceiling for an evening.
public struct GridRequest: Sendable, Hashable, Codable {
    /// `[a-z0-9-]{1,64}`; a second one with the same id takes the place of the first.
    public var id: String
    public var from: PlantTime
    public var until: PlantTime
    /// Most import, kW; below 0, least export.
    public var ceilingKW: Double
    /// What each MWh is worth by which it is kept, in the currency of the tariffs; nil for one that is kept at any price.
    public var payPerMWh: Double?

    public init(id: String, from: PlantTime, until: PlantTime, ceilingKW: Double, payPerMWh: Double? = nil) {
        (self.id, self.from, self.until) = (id, from, until)
        (self.ceilingKW, self.payPerMWh) = (ceilingKW, payPerMWh)
    }

    public func isActive(at time: PlantTime) -> Bool { from <= time && time < until }

    /// `import of at most 26,000 kW` or `export of at least 500 kW`
    public var wish: String { GridRequest.wish(ceilingKW) }

    /// The same of a ceiling, kW.
    public static func wish(_ ceilingKW: Double) -> String {
        ceilingKW >= 0
            ? "import of at most \(grouped(ceilingKW)) kW" : "export of at least \(grouped(-ceilingKW)) kW"
    }
}

/// What became of a request, by the meter of the connection.
public struct GridRequestRecord: Sendable, Hashable, Codable {
    /// Counts those of a run from 1, in the order in which they were heard.
    public var number: Int
    public var request: GridRequest
    /// When it was heard.
    public var heard: PlantTime
    /// What the site would have imported without it, mean over its time, kW: by the plan that was in force when it was
    /// heard, which knew nothing of it, else the mean of the half hour before it was heard.
    public var baselineKW: Double?
    public var isPlanned = false
    public private(set) var metered = Metered()

    /// What the meter said while the request was in force and the meter was measured.
    public struct Metered: Sendable, Hashable, Codable {
        public var seconds = 0.0
        public var secondsKept = 0.0
        /// In which nothing could act on it.
        public var secondsIdle = 0.0
        /// Import less export.
        public var netKWh = 0.0
        /// Beyond what was wished, in all and at worst.
        public var overKWh = 0.0
        public var overMaxKW = 0.0

        public init() {}
    }

    public init(
        _ request: GridRequest, number: Int = 1, heard: PlantTime, baselineKW: Double?, isPlanned: Bool,
        metered: Metered = Metered()
    ) {
        (self.request, self.number, self.heard) = (request, number, heard)
        (self.baselineKW, self.isPlanned, self.metered) = (baselineKW, isPlanned, metered)
    }

    /// Whether it was heard before `to`, and its time reaches beyond `from` and begins before `to`.
    public func reaches(from: PlantTime, to: PlantTime) -> Bool {
        heard < to && request.from < to && max(request.until, heard) > from
    }

    /// Takes what the meter said of a step, kW.
    /// - Parameter isActing: the twin commands a plant that obeys.
    public mutating func add(netKW: Double, seconds: Double, isActing: Bool = true) {
        guard netKW.isFinite, seconds > 0, seconds.isFinite else { return }
        metered.seconds += seconds
        if !isActing { metered.secondsIdle += seconds }
        metered.netKWh += netKW * seconds / 3600
        let over = max(0, netKW - request.ceilingKW)
        if over == 0 { metered.secondsKept += seconds }
        metered.overKWh += over * seconds / 3600
        metered.overMaxKW = max(metered.overMaxKW, over)
    }

    /// Mean of the import less export, kW; nil before it began.
    public var meanKW: Double? { metered.seconds > 0 ? metered.netKWh * 3600 / metered.seconds : nil }

    /// Share of the measured time in which the twin could act on it; nil before it began.
    public var actedFraction: Double? { metered.seconds > 0 ? 1 - metered.secondsIdle / metered.seconds : nil }

    /// Less than the baseline over the time that was measured, kWh; below 0 it was more.
    public var reducedKWh: Double? {
        guard let baselineKW, metered.seconds > 0 else { return nil }
        return baselineKW * metered.seconds / 3600 - metered.netKWh
    }

    /// For what was reduced, at most for what was asked.
    public var pay: Double? {
        guard let price = request.payPerMWh, let baselineKW, let reducedKWh else { return nil }
        let asked = max(0, baselineKW - request.ceilingKW) * metered.seconds / 3600
        return min(max(0, reducedKWh), asked) / 1000 * price
    }

    public var json: JSON {
        .fields([
            "id": .string(request.id), "from": .string(request.from.rfc3339),
            "until": .string(request.until.rfc3339), "import_max_kw": .number(request.ceilingKW),
            "pay_per_mwh": .optional(request.payPerMWh),
            "baseline_kw": .optional(baselineKW), "baseline": .string(isPlanned ? "plan" : "half hour before"),
            "mean_kw": .optional(meanKW), "reduced_kwh": .optional(reducedKWh),
            "kept_fraction": .optional(metered.seconds > 0 ? metered.secondsKept / metered.seconds : nil),
            "acted_fraction": .optional(actedFraction), "over_kwh": .number(metered.overKWh),
            "over_max_kw": .number(metered.overMaxKW), "pay": .optional(pay),
        ])
    }

    /// `kept for 118 of 120 min, 25,900 kW imported in the mean, 2,400 kW less than was planned without it, worth 72 GBP`
    public func sentence(in currency: String) -> String {
        guard let meanKW, let actedFraction else { return "no time of it was measured" }
        func flow(_ kW: Double) -> String { "\(grouped(abs(kW))) kW \(kW < 0 ? "exported" : "imported")" }
        var parts: [String] = []
        if actedFraction <= 0 { parts.append("nothing acted on it") }
        if actedFraction > 0, actedFraction < 1 {
            parts.append("acted on for \(grouped(actedFraction * metered.seconds / 60)) min")
        }
        parts += [
            "kept for \(grouped(metered.secondsKept / 60)) of \(grouped(metered.seconds / 60)) min",
            "\(flow(meanKW)) in the mean",
        ]
        if let baselineKW {
            let other = isPlanned ? "was planned without it" : "in the half hour before"
            let more = abs(meanKW) - abs(baselineKW)
            parts.append(
                (meanKW < 0) == (baselineKW < 0)
                    ? "\(grouped(abs(more))) kW \(more > 0 ? "more" : "less") than \(other)"
                    : "where \(flow(baselineKW)) \(isPlanned ? other : "was \(other)")")
        }
        if metered.overMaxKW > 0 { parts.append("at worst \(grouped(metered.overMaxKW)) kW beyond") }
        if let pay { parts.append("worth \(grouped(pay, cents: true)) \(currency)") }
        return parts.joined(separator: ", ")
    }
}

/// For people: `26,000`, and with cents `1,787.37`.
private func grouped(_ value: Double, cents hasCents: Bool = false) -> String {
    let unit = hasCents ? 100.0 : 1
    guard let all = Int64(exactly: (abs(value) * unit).rounded()) else { return JSON.numberText(value) }
    var digits = String(all / Int64(unit))
    var place = digits.index(digits.endIndex, offsetBy: -3, limitedBy: digits.startIndex)
    while let at = place, at > digits.startIndex {
        digits.insert(",", at: at)
        place = digits.index(at, offsetBy: -3, limitedBy: digits.startIndex)
    }
    let cents = all % Int64(unit)
    let sign = value < 0 && all > 0 ? "-" : ""
    return sign + digits + (hasCents ? ".\(cents < 10 ? "0" : "")\(cents)" : "")
}
