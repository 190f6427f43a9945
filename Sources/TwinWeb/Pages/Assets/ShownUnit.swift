import TwinConfiguration
import TwinCore

/// The unit in a signal's name, as pages write it.
enum ShownUnit {
    /// Litres beside the units that mappings bring to a common base.
    static func json(_ key: String) -> JSON {
        if let unit = ImportUnit.ofKey(key) { return .string(unit.name) }
        return key.hasSuffix("_l") ? .string("L") : .null
    }
}
