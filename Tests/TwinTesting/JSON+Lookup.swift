package import TwinBooks
package import TwinCore

extension JSON {
    /// A member by its path, `co2_kg.scope1`.
    package func at(_ path: String) -> JSON? {
        path.split(separator: ".").reduce(JSON?.some(self)) { $0?[String($1)] }
    }

    package func number(_ path: String) -> Double? { at(path)?.double }
}

extension Summary {
    /// The JSON without the wall time, which no two runs share, and without what no store keeps.
    package var timeless: String {
        let ofTheRun = ["wall_s", "saved_by_dispatch", "requests"]
        return JSON.object((json.members ?? []).filter { !ofTheRun.contains($0.key) }).line
    }
}
