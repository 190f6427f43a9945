public import TwinConfiguration

extension SiteConfig {
    /// Reads a configuration folder as `load` does, and refuses a mapping that names signals its plant does not have:
    /// which they are, only the seated components know.
    public static func loadChecked(folder: String) throws -> SiteConfig {
        let config = try load(folder: folder)
        try config.signals?.check(against: config.inputs)
        return config
    }
}
