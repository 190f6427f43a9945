import TwinCore

/// What is kept by asset, for those who ask for the same assets in the same order time after time: where the order is
/// known nothing is searched.
struct AssetList<Kept: Sendable & Codable>: Sendable {
    private var paths: [AssetPath] = []
    private var kept: [Kept] = []

    init() {}

    var count: Int { paths.count }

    func forEach(_ body: (AssetPath, Kept) -> Void) { for (path, one) in zip(paths, kept) { body(path, one) } }

    /// - Parameter hint: where it probably stands.
    subscript(_ path: AssetPath, near hint: Int) -> Kept? {
        place(path, near: hint).map { kept[$0] }
    }

    /// Where it stands from now on: where it was thought to be, so that it is found there the next time.
    /// - Parameter hint: nil moves nothing.
    mutating func place(_ path: AssetPath, near hint: Int?, else new: @autoclosure () -> Kept) -> Int {
        var found = paths.count
        if let place = place(path, near: hint ?? 0) {
            found = place
        } else {
            paths.append(path)
            kept.append(new())
        }
        guard let hint, found != hint, paths.indices.contains(hint) else { return found }
        paths.swapAt(found, hint)
        kept.swapAt(found, hint)
        return hint
    }

    /// Of a place that was just found.
    subscript(place: Int) -> Kept {
        get { kept[place] }
        set { kept[place] = newValue }
    }

    private func place(_ path: AssetPath, near hint: Int) -> Int? {
        if paths.indices.contains(hint), paths[hint] == path { return hint }
        return paths.firstIndex(of: path)
    }

    mutating func keep(where isThere: (AssetPath) -> Bool) {
        let places = paths.indices.filter { isThere(paths[$0]) }
        (paths, kept) = (places.map { paths[$0] }, places.map { kept[$0] })
    }
}

/// A dictionary by path, with the keys of the assets.
extension AssetList: Codable {
    init(from decoder: any Decoder) throws {
        for (path, value) in try [AssetPath: Kept](from: decoder) {
            paths.append(path)
            kept.append(value)
        }
    }

    func encode(to encoder: any Encoder) throws {
        try Dictionary(zip(paths, kept)) { first, _ in first }.encode(to: encoder)
    }
}
