public import TwinCore

extension ImportMapping {
    /// Finds signals that the plant of the mapping's site does not have: their messages would be written, and refused
    /// when they are read.
    /// - Parameter inputs: what that plant may be told.
    public func check(against inputs: [AssetInput]) throws(ConfigProblems) {
        let log = ProblemLog()
        for signal in sources.flatMap(\.signals) { signal.check(against: inputs, log) }
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
    /// More names than these are a list that nobody reads.
    private static let namedMax = 12

    fileprivate func check(against inputs: [AssetInput], _ log: ProblemLog) {
        let target = AssetPath(area, asset)
        guard let input = inputs.first(where: { $0.path == target }) else {
            let ofArea = inputs.map(\.path).filter { $0.area == area }
            let names = ofArea.map(\.text)
            let near = suggestion(for: target.text, among: names.isEmpty ? inputs.map(\.path.text) : names)
            let rest =
                ofArea.isEmpty
                ? "it takes no telemetry of \(area.rawValue)"
                : "of \(area.rawValue) it has \(shown(ofArea.map(\.asset)))"
            log.add(
                assetPlace, path: "\(path).asset",
                "the configuration has no asset \(quoted(target.text)); "
                    + (near.map { "did you mean \(quoted($0))?" } ?? "\(rest); write one that it has, or add it there"))
            return
        }
        guard !input.keys.contains(key) else { return }
        let near = suggestion(for: key, among: input.keys)
        log.add(
            keyPlace, path: "\(path).key",
            "\(target.text) takes no \(quoted(key)); "
                + (near.map { "did you mean \(quoted($0))?" } ?? "write one of \(shown(input.keys))"))
    }

    private func shown(_ names: [String]) -> String {
        names.prefix(Self.namedMax).joined(separator: ", ") + (names.count > Self.namedMax ? ", …" : "")
    }
}
