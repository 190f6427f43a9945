public import TwinCore

extension SiteConfig {
    /// Where the numbers of an asset come from, by the key of each: what `source:` says beside it in `assets.yaml`. Empty
    /// for an asset that no file names.
    public func sources(of path: AssetPath) -> [String: String] {
        // The files were read without a fault; they are read again because nothing but this asks for their words.
        let own = files.filter { $0.name.hasPrefix("assets.") }
        guard let root = SiteFiles(own, ProblemLog())["assets.yaml"] else { return [:] }
        let area = root.find(path.area.rawValue)
        guard let section = path.area == .heat ? area?.find("sources") : area else { return [:] }
        var sources: [String: String] = [:]
        section.asset(path.asset)?.collectSources(into: &sources, under: "")
        return sources
    }
}

extension YAMLNode {
    /// The entry of a section that an asset stands in: under its own id, or among the ids of a type.
    fileprivate func asset(_ id: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { entry in
            guard case .list(let ids) = entry.value.find("ids")?.content else { return entry.key == id }
            return ids.contains { $0.scalar == id }
        }?.value
    }

    fileprivate func collectSources(into sources: inout [String: String], under prefix: String) {
        guard case .mapping(let entries) = content else { return }
        for entry in entries {
            let key = prefix + entry.key
            if let source = entry.value.find("source")?.scalar {
                sources[key] = source
            } else if case .list(let dated) = entry.value.content {
                // A value that changes on dates has a source for each.
                let all = dated.compactMap { $0.find("source")?.scalar }
                if !all.isEmpty { sources[key] = all.joined(separator: "; ") }
            } else {
                entry.value.collectSources(into: &sources, under: "\(key).")
            }
        }
    }
}
