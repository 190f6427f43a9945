import Foundation
import TwinBooks
import TwinCore

extension SiteConfig {
    /// Reads a configuration folder: all of its `*.yaml` files.
    ///
    /// Throws `ConfigNotFound` when the folder or one of the files that it must hold does not exist, and
    /// `ConfigProblems` with everything that is wrong in them.
    public static func load(folder path: String) throws -> SiteConfig {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw ConfigNotFound(path: path)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { name in
            name.hasSuffix(".yaml") && !name.hasPrefix(".")
        }
        if let missing = SiteFiles.names.first(where: { !names.contains($0) }) {
            throw ConfigNotFound(path: "\(path)/\(missing)")
        }
        return try read(files: names.sorted().map { ($0, try bytes(of: "\(path)/\($0)")) })
    }

    /// Reads a configuration from its files, by name relative to the configuration folder.
    public static func read(files: [(name: String, bytes: [UInt8])]) throws(ConfigProblems) -> SiteConfig {
        let log = ProblemLog()
        let sorted = files.sorted { $0.name < $1.name }
        let config = SiteFiles(sorted, log).config(files: sorted)
        try log.check()
        guard let config else {
            // Every nil has its problem; should one be silent, the caller still gets an error and not a trap.
            log.add(FilePlace(file: "site.yaml", line: 1, column: 1), "the configuration is not complete")
            throw log.problems
        }
        return config
    }

    /// At most one byte more than the reader takes, so that a wrong file is never held whole.
    private static func bytes(of path: String) throws -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else { throw ConfigNotFound(path: path) }
        defer { try? file.close() }  // reading is over; a failed close loses nothing
        return [UInt8](try file.read(upToCount: YAMLNode.bytesMax + 1) ?? Data())
    }
}

/// The roots of a site's files, each read once.
struct SiteFiles {
    static let names = [
        "assets.yaml", "baseline.yaml", "dispatch.yaml", "factors.yaml", "plant.yaml", "safety.yaml", "shifts.yaml",
        "site.yaml", "tariffs.yaml",
    ]

    private let roots: [String: YAMLNode]

    init(_ files: [(name: String, bytes: [UInt8])], _ log: ProblemLog) {
        var roots: [String: YAMLNode] = [:]
        for name in SiteFiles.names {
            guard let file = files.first(where: { $0.name == name }) else {
                log.add(
                    FilePlace(file: name, line: 1, column: 1), "the file is missing; a site needs all of its files")
                continue
            }
            roots[name] = YAMLNode.read(file: name, bytes: file.bytes, log: log)
        }
        self.roots = roots
    }

    subscript(name: String) -> YAMLNode? { roots[name] }

    /// All files as one valid configuration. Every file is read, whatever is wrong with the others.
    func config(files: [(name: String, bytes: [UInt8])]) -> SiteConfig? {
        let site = self["site.yaml"].flatMap(SiteSection.init)
        let safety = self["safety.yaml"].flatMap(SafetySection.init)
        let assets = self["assets.yaml"].flatMap { AssetsSection($0, stuck: safety?.stuck) }
        let shifts = self["shifts.yaml"].flatMap(ShiftsSection.init)
        let factors = self["factors.yaml"].flatMap { readFactors($0) }
        let baseline = self["baseline.yaml"].flatMap(BaselineSection.init)
        let tariffs = self["tariffs.yaml"].flatMap { readTariffs($0) }
        let rule = self["dispatch.yaml"].flatMap { readStorageRule($0) }
        let truth = self["plant.yaml"].flatMap { readPlantTruth($0) }
        if let assets, let safety { checkGate(safety.gate, assets.grid) }
        if let assets, let rule { checkPeak(rule, assets.grid) }
        if let factors, let baseline { checkBaselineYear(baseline, factors) }
        guard let site, let safety, let assets, let shifts, let factors, let baseline, let tariffs, let rule, let truth
        else { return nil }
        let method = ReportMethod(
            site: site.id, zone: site.zone, boundary: site.boundary, scope2: site.scope2, factors: factors,
            baseline: baseline.baseline, targets: baseline.targets, tariffs: tariffs, uncertainty: site.uncertainty,
            accounts: assets.accounts)
        return SiteConfig(
            site: site.id, name: site.name, zone: site.zone, stepS: site.stepS, lateness: site.lateness,
            weather: assets.weather, wind: assets.wind, shops: assets.shops, storage: assets.storage,
            grid: assets.grid, calendar: shifts.calendar(in: site.zone), lossFraction: assets.lossFraction,
            method: method, storageRule: rule, gate: safety.gate,
            followToleranceFraction: safety.followToleranceFraction, balance: safety.balance,
            alarmsOff: safety.alarmsOff, truth: truth, files: files)
    }
}
