import TwinBooks
import TwinCore
import TwinUnits

/// The five questions of a reader with two minutes, each with its answer in words.
struct Answers {
    struct Answer: Hashable {
        var question: String
        var words: String
    }

    private let summary: Summary

    /// The same window without the twin's dispatch.
    private let without: Summary?

    init(_ summary: Summary, without: Summary? = nil) { (self.summary, self.without) = (summary, without) }

    var all: [Answer] {
        [
            Answer(question: "How much, and against \(baselineYear)?", words: "\(howMuch) \(against)"),
            Answer(
                question: isDue ? "Is the target of \(targetYear) met?" : "On the way to \(targetYear)?", words: way),
            Answer(question: "What drove the change?", words: drivers),
            Answer(question: "Can I trust it?", words: trust),
            Answer(question: "What next, and at what cost?", words: next),
        ]
    }

    /// The report in one sentence.
    var headline: String {
        guard let kg = summary.kgPerVehicleLocation else {
            return "No vehicle was lined off in this window, so there is no figure per vehicle."
        }
        var text = "Production emitted \(Answers.short(kg)) kg CO2e per vehicle"
        if let reduction = summary.reductionPct, let then = summary.baselineKgPerVehicle {
            let word = reduction.value < 0 ? "above" : "below"
            let isOpen = reduction.low < 0 && reduction.high > 0
            text += ", \(Answers.short(abs(reduction.value))) % \(word) \(baselineYear) (\(Answers.short(then)) kg"
            text += isOpen ? "; that is not proven)" : ")"
        }
        if let path = summary.paths.first {
            let year = path.target.year
            switch (path.verdict, path.isDue) {
            case (.onTheWay, false): text += " and on the way to \(year)"
            case (.behind, false): text += " and behind the way to \(year)"
            case (.notProven, false): text += "; whether that is on the way to \(year) is not proven"
            case (.onTheWay, true): text += " and within the target of \(year)"
            case (.behind, true): text += " and beyond the target of \(year)"
            case (.notProven, true): text += "; whether the target of \(year) is met is not proven"
            }
        }
        return text + "."
    }

    private var baselineYear: String { summary.method.baseline.map { "\($0.year)" } ?? "a baseline" }
    private var isDue: Bool { summary.paths.first?.isDue == true }
    private var targetYear: String { summary.method.targets.first.map { "\($0.year)" } ?? "a target" }

    private var howMuch: String {
        let tonnes = Answers.short(summary.productionKgLocation / 1000)
        guard let kg = summary.kgPerVehicleLocation else { return "\(tonnes) t CO2e and no vehicle." }
        let width = summary.uncertaintyKgPerVehicle.map { " ± \(Answers.short($0))" } ?? ""
        return "\(Answers.short(kg))\(width) kg CO2e per vehicle, \(tonnes) t for"
            + " \(Figures.whole(Double(summary.vehicles))) vehicles."
    }

    private var against: String {
        guard let reduction = summary.reductionPct, let then = summary.baselineKgPerVehicle else {
            return "It is not compared: \(summary.incomparableReason ?? "there is nothing to compare with")."
        }
        let word = reduction.value < 0 ? "more" : "less"
        let range = "\(Answers.short(reduction.low)) to \(Answers.short(reduction.high)) %"
        let proof = reduction.low < 0 && reduction.high > 0 ? ", not proven" : ""
        let what =
            summary.isYear
            ? "the year \(baselineYear) as reported"
            : "the plant of \(baselineYear) at this volume, weather and day type"
        return "That is \(Answers.short(abs(reduction.value))) % \(word) (\(range)\(proof)) than \(what),"
            + " \(Answers.short(then)) kg."
    }

    private var way: String {
        guard !summary.paths.isEmpty else {
            return "Not judged: \(summary.incomparableReason ?? "the site has no target per vehicle")."
        }
        let words = summary.paths.map { path in
            // A target that is due stays what is asked for.
            let when = path.year > path.target.year ? "since \(path.target.year)" : "in \(path.year)"
            let asked = "\(path.target.name) asks for \(Answers.short(path.askedPct)) % less \(when)"
            let gap = Answers.short(abs(path.gapKg) / 1000)
            return switch path.verdict {
            case .onTheWay: "\(asked): reached, by \(gap) t."
            case .behind: "\(asked): missed, by \(gap) t."
            case .notProven:
                "\(asked): \(gap) t \(path.gapKg > 0 ? "behind" : "ahead"), which the uncertainty does not prove."
            }
        }
        let absolute = summary.judgedTargets.compactMap { judged -> String? in
            guard judged.target.basis == .absolute, let met = judged.met else { return nil }
            return
                "\(judged.target.name) allows \(Answers.short(judged.value)) t in \(judged.target.year): \(met ? "" : "not ")reached yet."
        }
        return (words + absolute).joined(separator: " ")
            + (summary.isYear ? "" : " A window that is no year tells of the way, not of the target.")
    }

    private var drivers: String {
        guard let change = summary.change(without: without) else {
            return
                "Not shared out: \(summary.incomparableReason ?? "baseline.yaml does not say what its year was like")."
        }
        let parts = change.parts.filter { abs($0.kgPerVehicle) >= 0.5 }
            .sorted { abs($0.kgPerVehicle) > abs($1.kgPerVehicle) }
        func words(_ parts: some Sequence<Change.Part>) -> String {
            parts.map { "\($0.cause.label) \(Answers.signed($0.kgPerVehicle))" }.joined(separator: ", ")
        }
        let ours = parts.filter(\.cause.isOurs)
        let others = parts.filter { !$0.cause.isOurs }
        let since =
            summary.isYear
            ? "Since \(baselineYear)" : "Against \(baselineYear)'s plant at this volume, weather and day types"
        return "\(since), kg per vehicle: the plant's own doing \(ours.isEmpty ? "nothing" : words(ours));"
            + " what happened to it \(others.isEmpty ? "nothing" : words(others)).\(dispatch)"
    }

    /// What the twin's dispatch saves, beside its money: against the same window without it, else against the plant that nobody
    /// commands.
    private var dispatch: String {
        guard let without else {
            return summary.savedByDispatch.map { " \(SavedWords.sentence($0))" } ?? ""
        }
        let compared = Comparison(without, summary, names: (first: "", second: ""))
        let (saved, cost) = (compared.savedTonnes, compared.extraCost)
        return " The dispatch \(saved >= 0 ? "saves" : "adds") \(Answers.short(abs(saved))) t and"
            + " \(cost >= 0 ? "costs" : "saves") \(Figures.whole(abs(cost))) \(compared.currency) of energy"
            + (compared.costPerTonne.map { ", \(Figures.whole($0)) a tonne" } ?? "")
            + "; market-based it \(compared.savedTonnesMarket >= 0 ? "saves" : "adds")"
            + " \(Answers.short(abs(compared.savedTonnesMarket))) t."
    }

    private var trust: String {
        var words: [String] = []
        if let quality = summary.dataQuality, !summary.facts.isSimulated {
            words.append(
                "\(Answers.short(quality.measured)) % of the energy was measured, \(Answers.short(quality.estimated)) %"
                    + " estimated, \(Answers.short(quality.missing)) % is missing")
        }
        if let quality = summary.dataQuality, summary.facts.isSimulated, quality.estimated > 50 {
            words.append(
                "no meter was simulated either: models alone tell \(Answers.short(quality.estimated)) % of the energy")
        }
        if summary.isProvisional { words.append("provisional: late data may still change it") }
        words += summary.caveats
        return words.isEmpty ? "Nothing stands against it." : words.map(Answers.sentence).joined(separator: " ")
    }

    private var next: String {
        if summary.method.levers.isEmpty { return "No measure is configured (levers.yaml)." }
        let all = summary.leverEffects.filter { $0.savedKg > 0 }
        if all.isEmpty { return "None of the configured measures would have saved anything in this window." }
        // What pays for itself, the larger saving first, and of the others the largest.
        let paying = all.filter { $0.extraCost <= 0 }.sorted { $0.savedKg > $1.savedKg }.prefix(2)
        let others = all.filter { effect in !paying.contains { $0.lever.name == effect.lever.name } }
        let effects =
            paying + [others.filter { !$0.lever.isByCertificate }.max { $0.savedKg < $1.savedKg }].compactMap(\.self)
        let currency = summary.cost.currency
        return effects.map { effect in
            let money =
                effect.extraCost <= 0
                ? "saves \(Figures.whole(-effect.extraCost)) \(currency)"
                : "costs \(Figures.whole(effect.extraCost)) \(currency),"
                    + " \(Figures.whole(effect.costPerTonne ?? 0)) a tonne"
            let perVehicle = effect.savedKgPerVehicle.map { " (\(Answers.signed(-$0)) kg per vehicle)" } ?? ""
            return Answers.sentence(
                "\(effect.lever.name): \(Answers.short(effect.savedKg / 1000)) t less\(perVehicle), \(money)")
        }.joined(separator: " ") + " Location-based; energy only, what has to be built is not in it."
    }

    static func sentence(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
    }

    /// Three digits that count.
    static func short(_ value: Double) -> String {
        let size = abs(value)
        return Figures.fixed(value, size >= 99.5 ? 0 : size >= 9.95 ? 1 : 2)
    }

    static func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + short(value) }
}
