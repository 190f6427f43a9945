public import TwinCore

extension ImportMapping {
    /// Finds signals that the plant of the mapping's site does not have: their messages would be written, and refused
    /// when they are read.
    /// - Parameter inputs: what that plant may be told.
    public func check(against inputs: [AssetInput]) throws(ConfigProblems) {
        let log = ProblemLog()
        for signal in sources.flatMap(\.signals) { signal.target.check(against: inputs, log) }
        try log.check()
    }

    /// Refuses the mapping where the plant of another site is meant.
    public func check(site configured: String) throws(ConfigProblems) {
        guard site != configured else { return }
        let log = ProblemLog()
        log.add(
            sitePlace, path: "site",
            "\(quoted(site)) is not the configuration's site \(quoted(configured)); write that, or name the configuration"
                + " of \(quoted(site)) with --config")
        try log.check()
    }
}

extension ImportSignal {
    fileprivate var target: SignalTarget {
        SignalTarget(
            asset: AssetPath(area, asset), key: key, assetPlace: assetPlace, keyPlace: keyPlace, path: path)
    }
}
