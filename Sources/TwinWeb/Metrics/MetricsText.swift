import TwinCore

/// Metrics in Prometheus' text format 0.0.4, family by family. What is not a number is not told.
struct MetricsText {
    enum Kind: String { case counter, gauge, histogram }

    struct Label {
        var name: String
        /// Anything: it is escaped here.
        var value: String

        init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    struct Sample {
        var labels: [Label]
        var value: Double

        init(_ value: Double, _ labels: Label...) { (self.value, self.labels) = (value, labels) }
    }

    private(set) var text = ""
    /// Names of the families that were told, in their order.
    private(set) var names: [String] = []

    /// - Parameter samples: with none, or none that is a number, the family is left out.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        let told = samples.filter(\.value.isFinite)
        guard !told.isEmpty else { return }
        begin(name, kind, help)
        for sample in told { add(name, sample.labels, sample.value) }
    }

    mutating func add(_ name: String, _ help: String, _ histogram: Histogram) {
        begin(name, .histogram, help)
        for (bound, count) in histogram.cumulative {
            add("\(name)_bucket", [Label("le", JSON.numberText(bound))], Double(count))
        }
        add("\(name)_bucket", [Label("le", "+Inf")], Double(histogram.count))
        add("\(name)_sum", [], histogram.sum)
        add("\(name)_count", [], Double(histogram.count))
    }

    private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        names.append(name)
        let line = help.printable.replacing("\\", with: "\\\\")
        text += "# HELP \(name) \(line)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func add(_ name: String, _ labels: [Label], _ value: Double) {
        let inside = labels.map { "\($0.name)=\"\(MetricsText.escaped($0.value))\"" }.joined(separator: ",")
        text += inside.isEmpty ? name : "\(name){\(inside)}"
        text += " \(JSON.numberText(value))\n"
    }

    /// What no label may hold as it is; what a terminal would obey is gone before.
    static func escaped(_ value: String) -> String {
        value.printable.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
