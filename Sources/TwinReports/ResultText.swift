public import TwinBooks
import TwinCore
import TwinUnits

/// The result in five lines, none wider than 80 columns: the figure, against what, of how many vehicles and when, from which
/// energy, and what to look at. What does not fit goes on below.
public struct ResultText {
    private let summary: Summary

    ///
    /// - Parameter damage: why the figures are not those of the run, if they are not.
    public static func lines(_ summary: Summary, damage: String? = nil) -> [String] {
        let text = ResultText(summary: summary)
        return [
            ("CO2 per vehicle", text.figure), (text.baselineLabel, text.baseline), ("vehicles", text.vehicles),
            ("energy", text.energy), ("look at", (damage.map { "\($0); " } ?? "") + text.findings),
        ].flatMap(wrapped)
    }

    private static let labelWidth = 17
    private static let widthMax = 80

    private static func wrapped(_ label: String, _ text: String) -> [String] {
        var lines: [String] = []
        var line = label + String(repeating: " ", count: max(0, labelWidth - 1 - label.count))
        for word in text.split(separator: " ") {
            if line.count + 1 + word.count > widthMax, line.count > labelWidth {
                lines.append(line)
                line = String(repeating: " ", count: labelWidth - 1)
            }
            line += " " + word
        }
        return lines + [line]
    }

    private var figure: String {
        guard let kg = summary.kgPerVehicle, let width = summary.uncertaintyKgPerVehicle else {
            return "—, no vehicle was lined off"
        }
        if summary.facts.isSimulated {
            return "\(Figures.fixed(kg, 1)) kg ± \(Figures.fixed(width, 1)) (95 %), simulated: none of it was measured"
        }
        let measured = summary.dataQuality.map { "\(Figures.fixed($0.measured, 1)) % of the energy measured" }
        return "\(Figures.fixed(kg, 1)) kg ± \(Figures.fixed(width, 1)) (95 %), \(measured ?? "nothing measured")"
    }

    private var baselineLabel: String { summary.method.baseline.map { "against \($0.year)" } ?? "against" }

    private var baseline: String {
        guard let reduction = summary.reductionPct, let then = summary.baselineKgPerVehicle else {
            return "—, \(summary.incomparableReason ?? "there is nothing to compare with")"
        }
        let word = reduction.value < 0 ? "more" : "less"
        let range = "\(Figures.fixed(reduction.low, 0)) to \(Figures.fixed(reduction.high, 0)) %"
        let isProven = !(reduction.low < 0 && reduction.high > 0)
        return "\(Figures.fixed(abs(reduction.value), 1)) % \(word) than \(Figures.fixed(then, 1)) kg"
            + " (\(range)\(isProven ? "" : ", not proven"))"
    }

    private var vehicles: String {
        let zone = summary.method.zone
        func minute(_ time: PlantTime) -> String { String(zone.text(time).prefix(16)).replacing("T", with: " ") }
        return "\(Figures.whole(Double(summary.vehicles))) from \(minute(summary.from)) to \(minute(summary.to))"
            + ", \(summary.method.site)"
    }

    private var energy: String {
        func mwh(_ kWh: Double) -> String { Figures.fixed(kWh / 1000, 1) }
        let own = Bus.electricity.accounts.filter { $0.row.flow == .generated }.compactMap { summary.kWh($0) }
        var parts = ["\(mwh(summary.energy(.gridImport).kilowattHours)) imported"]
        if !own.isEmpty { parts.append("\(mwh(own.reduce(0, +))) own") }
        parts += summary.fuels.compactMap { fuel in summary.kWh(fuel.account).map { "\(mwh($0)) \(fuel.name)" } }
        return "MWh: " + parts.joined(separator: ", ")
    }

    private var findings: String {
        var parts: [String] = []
        let alarms = summary.alarms
        if !alarms.isEmpty {
            let codes = alarms.map { "\($0.code) \($0.count)" }.joined(separator: ", ")
            parts.append("alarms: \(codes)")
        }
        parts += summary.caveats.filter { !$0.hasPrefix("simulated") && !$0.hasPrefix("meters exclude") }
        let counts = summary.counts
        if !counts.contradictedWh.isEmpty { parts.append("meters exclude each other: the interval holds both sides") }
        if counts.rejectedTotal > 0 {
            let reasons = counts.rejected.keys.map(\.rawValue).sorted().joined(separator: ", ")
            parts.append("\(Figures.whole(Double(counts.rejectedTotal))) messages rejected (\(reasons))")
        }
        // A shadow's commands were asked of nobody.
        if summary.facts.mode == .control {
            let failed = summary.commands.rejected + summary.commands.expired
            if failed > 0 { parts.append("\(Figures.whole(Double(failed))) commands rejected or expired") }
        }
        return parts.isEmpty ? "nothing: no alarm, no message rejected" : parts.joined(separator: "; ")
    }
}
