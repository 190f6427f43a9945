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
    /// The JSON without the wall time, which no two runs share.
    package var timeless: String {
        JSON.object((json.members ?? []).filter { $0.key != "wall_s" }).line
    }
}
