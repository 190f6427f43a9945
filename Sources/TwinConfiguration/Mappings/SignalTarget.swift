import TwinCore

/// A signal of the plant that a mapping writes, and where the mapping says so.
struct SignalTarget: Sendable {
    var asset: AssetPath
    var key: String
    var assetPlace: FilePlace
    var keyPlace: FilePlace
    /// Of the row: `sources[0].signals[1]`.
    var path: String

    /// More names than these are a list that nobody reads.
    private static let namedMax = 12

    /// Reports an asset or a key that the plant does not have.
    /// - Parameter inputs: what that plant may be told.
    func check(against inputs: [AssetInput], _ log: ProblemLog) {
        guard let input = inputs.first(where: { $0.path == asset }) else {
            let ofArea = inputs.map(\.path).filter { $0.area == asset.area }
            let names = ofArea.map(\.text)
            let near = suggestion(for: asset.text, among: names.isEmpty ? inputs.map(\.path.text) : names)
            let rest =
                ofArea.isEmpty
                ? "it takes no telemetry of \(asset.area.rawValue)"
                : "of \(asset.area.rawValue) it has \(shown(ofArea.map(\.asset)))"
            log.add(
                assetPlace, path: "\(path).asset",
                "the configuration has no asset \(quoted(asset.text)); "
                    + (near.map { "did you mean \(quoted($0))?" } ?? "\(rest); write one that it has, or add it there"))
            return
        }
        guard !input.keys.contains(key) else { return }
        let near = suggestion(for: key, among: input.keys)
        log.add(
            keyPlace, path: "\(path).key",
            "\(asset.text) takes no \(quoted(key)); "
                + (near.map { "did you mean \(quoted($0))?" } ?? "write one of \(shown(input.keys))"))
    }

    private func shown(_ names: [String]) -> String {
        names.prefix(Self.namedMax).joined(separator: ", ") + (names.count > Self.namedMax ? ", …" : "")
    }
}
