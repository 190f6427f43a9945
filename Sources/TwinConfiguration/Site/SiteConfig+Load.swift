import Foundation
import TwinBooks
import TwinCore
import TwinDispatch
import TwinFiles
import TwinPlant

extension SiteConfig {
    /// Reads a configuration folder: all of its `*.yaml` files.
    ///
    /// A folder with a `base.yaml` (`folder: ../sunderland`) holds only the files that differ from those there. What an
    /// `assets.add.yaml` has stands beside what `assets.yaml` has, what an `assets.change.yaml` has in its place; so with
    /// each of the files.
    /// Throws `ConfigNotFound` when the folder or one of the files that it must hold does not exist, and
    /// `ConfigProblems` with everything that is wrong in them.
    /// - Parameter checksNames: whether files that nobody reads are faults. A folder that a run kept is as it was.
    public static func load(folder path: String, checksNames: Bool = true) throws -> SiteConfig {
        let log = ProblemLog()
        var files = try files(in: path)
        var inherited: (folder: String, names: Set<String>) = ("", [])
        if let index = files.firstIndex(where: { $0.name == baseFile }) {
            let base = try base(named: files.remove(at: index).bytes, in: path)
            let own = Set(files.map(\.name))
            let others = try Self.files(in: "\(path)/\(base)").filter { !own.contains($0.name) }
            files += others
            inherited = (base, Set(others.map(\.name)))
        }
        if checksNames { SiteFiles.checkNames(files.map(\.name), log) }
        let missing = SiteFiles.needed.first { name in !files.contains { $0.name == name } }
        // A misspelt name says why the file is missing.
        if let missing, log.isEmpty { throw ConfigNotFound(path: "\(path)/\(missing)") }
        do throws(ConfigProblems) {
            if missing != nil { throw log.problems }
            return try read(files: files, log)
        } catch {
            throw error.placed(inherited.names, in: inherited.folder)
        }
    }

    private static let baseFile = "base.yaml"

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func files(in path: String) throws -> [(name: String, bytes: [UInt8])] {
        guard isFolder(path) else { throw ConfigNotFound(path: path) }
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { name in
            (name.hasSuffix(".yaml") || name.hasSuffix(".yml")) && !name.hasPrefix(".")
        }
        guard names.count <= filesMax else {
            throw FileProblem.badData(
                path: path,
                sentence: "holds \(names.count) YAML files, at most \(filesMax) are read; name another folder"
            )
        }
        return try names.sorted().map { ($0, try bytes(of: "\(path)/\($0)")) }
    }

    /// The folder that `base.yaml` names: a neighbour, so that a configuration cannot reach elsewhere.
    private static func base(named bytes: [UInt8], in path: String) throws(ConfigProblems) -> String {
        let log = ProblemLog()
        let name = YAMLNode.read(file: baseFile, bytes: bytes, log: log)?.fields { fields -> String? in
            guard let node = fields.required("folder", hint: "write folder: ../sunderland"), let text = node.text()
            else { return nil }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0] == "..", Topic.isAssetID(parts[1]) else {
                node.problem("\(quoted(text)) is no neighbouring folder; write one like ../sunderland")
                return nil
            }
            guard isFolder("\(path)/\(text)") else {
                node.problem("there is no folder \(quoted(text)); name one that stands beside this one")
                return nil
            }
            guard !FileManager.default.fileExists(atPath: "\(path)/\(text)/\(baseFile)") else {
                node.problem(
                    "\(quoted(text)) has a base of its own, and a base must be whole; name that one and take over"
                        + " what differs")
                return nil
            }
            return text
        }
        try log.check()
        return name ?? "."
    }

    /// Reads a configuration from its files, by name relative to the configuration folder.
    public static func read(files: [(name: String, bytes: [UInt8])]) throws(ConfigProblems) -> SiteConfig {
        try read(files: files, ProblemLog())
    }

    /// - Parameter log: with what was found before.
    private static func read(
        files: [(name: String, bytes: [UInt8])], _ log: ProblemLog
    ) throws(ConfigProblems) -> SiteConfig {
        let sorted = files.sorted { $0.name < $1.name }
        var config = SiteFiles(sorted, log).config(files: sorted)
        try log.check()
        for date in log.dates.sorted() {
            let log = ProblemLog(date: date)
            guard let later = SiteFiles(sorted, log).config(files: sorted) else { throw log.problems }
            if later.stepS != config?.stepS {
                log.add(FilePlace(file: "site.yaml", line: 1, column: 1), "the step of a site has no date")
            }
            try log.check()
            config?.change(to: later, on: date)
        }
        guard let config else {
            // Every nil has its problem; should one be silent, the caller still gets an error and not a trap.
            log.add(FilePlace(file: "site.yaml", line: 1, column: 1), "the configuration is not complete")
            throw log.problems
        }
        return config
    }

    /// Files of a folder that are read: each may be long.
    private static let filesMax = 64

    private static func bytes(of path: String) throws -> [UInt8] {
        do throws(FileProblem) { return try WholeFile.start(of: path, bytesMax: YAMLNode.bytesMax) } catch {
            if case .notFound = error { throw ConfigNotFound(path: path) }
            throw error
        }
    }
}

/// The roots of a site's files, each read once.
struct SiteFiles {
    static let names = [
        "assets.yaml", "baseline.yaml", "contracts.yaml", "dispatch.yaml", "factors.yaml", "history.yaml",
        "levers.yaml",
        "other_scope1.yaml", "passports.yaml", "plant.yaml", "safety.yaml", "shifts.yaml", "site.yaml",
        SiteConfig.stageFile, "tariffs.yaml",
    ]
    /// A site may compare with no year, own all that it makes, emit nothing but by energy, give no vehicle a passport, know no
    /// lever, tell no past, and its simulated plant may be as the twin believes it to be.
    private static let optional: Set = [
        "baseline.yaml", "contracts.yaml", "history.yaml", "levers.yaml", "other_scope1.yaml", "passports.yaml",
        "plant.yaml", SiteConfig.stageFile,
    ]
    static var needed: [String] { names.filter { !optional.contains($0) } }

    /// What a file may say to that of another configuration.
    private static let words = ["add", "change"]

    private static func beside(_ name: String, _ word: String) -> String {
        name.replacing(".yaml", with: ".\(word).yaml")
    }

    /// Reports files that nobody reads: what they say would be missed in silence.
    static func checkNames(_ files: [String], _ log: ProblemLog) {
        let variants = names.flatMap { name in words.map { (name: beside(name, $0), of: name) } }
        let known = names + [SignalMapping.file] + variants.map(\.name)
        for file in files {
            let place = FilePlace(file: file, line: 1, column: 1)
            if let variant = variants.first(where: { $0.name == file }), !files.contains(variant.of) {
                log.add(
                    place, "there is no \(variant.of) that it could \(file.contains(".add.") ? "add to" : "change")")
            }
            guard !known.contains(file) else { continue }
            let near = suggestion(for: file, among: known).map { "did you mean \($0)?" }
            log.add(
                place, "nobody reads a file of this name; \(near ?? "known here: \(names.joined(separator: ", "))")")
        }
    }

    private let roots: [String: YAMLNode]

    init(_ files: [(name: String, bytes: [UInt8])], _ log: ProblemLog) {
        var roots: [String: YAMLNode] = [:]
        for name in SiteFiles.names {
            guard let file = files.first(where: { $0.name == name }) else {
                if SiteFiles.optional.contains(name) { continue }
                let needed = SiteFiles.needed.joined(separator: ", ")
                log.add(
                    FilePlace(file: name, line: 1, column: 1), "the file is missing; a site needs \(needed)")
                continue
            }
            roots[name] = YAMLNode.read(file: name, bytes: file.bytes, log: log)
            func beside(_ word: String) -> YAMLNode? {
                let other = SiteFiles.beside(name, word)
                return files.first { $0.name == other }.flatMap {
                    YAMLNode.read(file: other, bytes: $0.bytes, log: log)
                }
            }
            if let changes = beside("change") { roots[name] = roots[name]?.changed(by: changes) }
            if let more = beside("add") { roots[name] = roots[name]?.adding(more) }
        }
        // A plant that speaks our own dialect needs no mapping.
        if let file = files.first(where: { $0.name == SignalMapping.file }) {
            roots[file.name] = YAMLNode.read(file: file.name, bytes: file.bytes, log: log)
        }
        self.roots = roots
    }

    subscript(name: String) -> YAMLNode? { roots[name] }

    /// All files as one valid configuration. Every file is read, whatever is wrong with the others.
    func config(files: [(name: String, bytes: [UInt8])]) -> SiteConfig? {
        let site = self["site.yaml"].flatMap(SiteSection.init)
        let safety = self["safety.yaml"].flatMap(SafetySection.init)
        let anywhere = SolarSite(latitudeDeg: 0, longitudeDeg: 0, elevationM: 0)
        let assets = self["assets.yaml"].flatMap {
            AssetsSection.read($0, location: site?.location ?? anywhere, stuck: safety?.stuck)
        }
        let shifts = self["shifts.yaml"].flatMap(ShiftsSection.init)
        let factors = self["factors.yaml"].flatMap { readFactors($0) }
        let baseline = self["baseline.yaml"].flatMap(BaselineSection.init)
        let contracts = self["contracts.yaml"].flatMap(ContractsSection.init)
        let levers = self["levers.yaml"].flatMap { readLevers($0, assets?.chart) }
        let others = self["other_scope1.yaml"].map { readOthers($0, site?.zone ?? .utc) } ?? []
        let passports = self["passports.yaml"].map { readPassports($0, shifts?.calendar(in: site?.zone ?? .utc)) }
        let tariffs = self["tariffs.yaml"].flatMap { readTariffs($0) }
        let rule = self["dispatch.yaml"].flatMap { readDispatch($0) }
        // What is wrong in a file that is there, the log has.
        let truth = self["plant.yaml"].flatMap { readPlantTruth($0) } ?? PlantTruth()
        let signals = self[SignalMapping.file].map { SignalMapping($0, zone: site?.zone ?? .utc) }
        check(assets, safety, rule, shifts, truth)
        check(assets, factors, baseline, tariffs, contracts, passports.flatMap(\.self))
        let history = self["history.yaml"].flatMap { readHistory($0, assets, shifts) }
        let stage = self[SiteConfig.stageFile].map { readStage($0, history) }
        guard let site, let safety, var assets, var shifts, let factors, let tariffs, let rule else {
            return nil
        }
        if let signals, signals == nil { return nil }
        if let passports, passports == nil { return nil }
        guard let others else { return nil }
        if let stage {
            guard let history, let stage else { return nil }
            history.hold(stage, &assets, &shifts)
        }
        var method = ReportMethod(
            site: site.id, zone: site.zone, boundary: site.boundary, scope2: site.scope2, factors: factors,
            baseline: baseline?.baseline, targets: baseline?.targets ?? [], tariffs: [Dated(tariffs)],
            uncertainty: site.uncertainty,
            chart: assets.chart)
        method.levers = levers ?? []
        method.ledger = SiteFiles.ledgerTerms(assets, contracts, others, site.zone)
        method.vehicleGrid = contracts?.vehicleGrid.map {
            VehicleGridTerms(groups: $0.groups.map(\.group), marginalGPerKWh: rule.objective.marginalGPerKWh)
        }
        method.passports = passports.flatMap(\.self)
        method.closedDaysTo = shifts.closed.map(\.upperBound.year).max()
        var rules = DispatchRules(
            storage: rule.storage, exportMaxKW: safety.gate.exportMaxKW * (1 - rule.exportMarginFraction),
            calm: rule.calm, maxCostPerTonne: rule.maxCostPerTonne)
        rules.island = safety.island
        rules.island?.lossFraction = assets.losses.electricity
        var config = SiteConfig(
            site: site, assets: assets, calendar: shifts.calendar(in: site.zone), method: method,
            rules: rules, safety: safety, truth: truth,
            files: files)
        config.signals = signals.flatMap(\.self)
        config.history = history
        config.strategy = rule.strategy
        config.objective = rule.objective
        config.correctsForecasts = rule.correctsForecasts
        config.method.dispatch =
            rule.strategy == .optimiser
            ? "plans for \(rule.objective.sentence(tariffs.currency)); the rules where there is none"
            : "the rules, at most \(JSON.numberText(rule.maxCostPerTonne)) \(tariffs.currency) a tonne"
        return config
    }

    /// What one file says of the plant against another.
    private func check(
        _ assets: AssetsSection?, _ safety: SafetySection?, _ rule: DispatchSection?, _ shifts: ShiftsSection?,
        _ truth: PlantTruth
    ) {
        if let assets, let safety { checkGate(safety.gate, assets.grid) }
        if let assets, safety?.island != nil { checkIsland(assets) }
        if let assets, let safety, let rule { checkPeak(rule.storage, assets.grid, safety.gate) }
        if let assets { checkPlant(truth, assets) }
        if let assets, let shifts { checkLoads(assets, shifts) }
    }

    /// What one file says for the books against another.
    private func check(
        _ assets: AssetsSection?, _ factors: Factors?, _ baseline: BaselineSection?, _ tariffs: Tariffs?,
        _ contracts: ContractsSection?, _ passports: PassportTerms?
    ) {
        if let factors, let baseline { checkBaselineYear(baseline, factors) }
        if let assets, let factors, let tariffs { checkFuels(assets, factors, tariffs) }
        if let assets, let baseline { checkBaselineAssets(baseline, assets) }
        if let assets, let contracts { checkContracts(contracts, assets) }
        if let assets { checkMeterClasses(assets.chart) }
        if let assets, let terms = passports { checkPassports(self["passports.yaml"], terms, assets) }
    }
}
