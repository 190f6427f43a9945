import TwinBooks

extension BaselineFit {
    /// `fit:` of `baseline.yaml`, as `twin baseline` prints it: statistics of one fit, under one source.
    static func read(_ node: YAMLNode) -> BaselineFit? {
        node.fields { fields in
            let source = fields.required("source", hint: "name the books that it was fitted to")?.text(maxLength: 600)
            let days = fields.required("n")?.whole(in: 2...100_000, "days")
            let electricity = fields.required("electricity").flatMap(quality)
            let gas = fields.required("gas").flatMap(quality)
            let vehicles = fields.required("vehicles_per_day").flatMap { range($0, to: 1_000_000, "vehicles") }
            let heating = fields.required("heating_k_h_per_day").flatMap { range($0, to: 2_000, "K h") }
            guard source != nil, let days, let electricity, let gas, let vehicles, let heating else { return nil }
            return BaselineFit(
                days: days, electricity: electricity, gas: gas, vehiclesPerDay: vehicles, heatingKHPerDay: heating)
        }
    }

    private static func quality(_ node: YAMLNode) -> Quality? {
        node.fields { fields in
            let r2 = fields.required("r2")?.number(in: 0...1, "share of the variance")
            let cv = fields.required("cv_rmse")?.number(in: 0...10, "fraction of the mean")
            guard let r2, let cv else { return nil }
            return Quality(r2: r2, cvRMSE: cv)
        }
    }

    /// Lowest and highest day, `[0, 1453]`.
    private static func range(_ node: YAMLNode, to most: Double, _ unit: String) -> ClosedRange<Double>? {
        guard let ends = node.items(2...2)?.map({ $0.number(in: 0...most, unit) }), let low = ends[0],
            let high = ends[1]
        else { return nil }
        guard low <= high else {
            node.problem("the range ends below its beginning; write the lowest day first")
            return nil
        }
        return low...high
    }
}
