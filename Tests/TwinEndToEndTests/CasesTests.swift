import Foundation
import Testing
import TwinCore
import TwinTesting

/// A project's root that a case may write into, with the cases beside it.
private struct CaseProject {
    private let temporary: TemporaryFolder

    init() throws {
        temporary = try TemporaryFolder()
        let files = FileManager.default
        let root = folder
        try files.createDirectory(at: root.appending(path: "replay/scenarios"), withIntermediateDirectories: true)
        try files.createSymbolicLink(
            at: root.appending(path: "twin-config"), withDestinationURL: Repository.root.appending(path: "twin-config"))
        try files.copyItem(
            atPath: Repository.day, toPath: root.appending(path: "replay/sunderland-day.jsonl.gz").path)
        let cases = try #require(Repository.sharedCase("README.md"))
        try files.createDirectory(at: temporary.url.appending(path: "shared"), withIntermediateDirectories: true)
        try files.createSymbolicLink(
            at: temporary.url.appending(path: "shared/cases"),
            withDestinationURL: URL(fileURLWithPath: cases).deletingLastPathComponent())
    }

    private var folder: URL { temporary.url.appending(path: "project") }

    func run(_ words: [String]) async throws -> Run.Ending {
        let program = words[0] == "twin" ? try Places.twin() : try Tool.find(words[0])
        let run = try Run(
            program, Array(words.dropFirst()), environment: [:], output: temporary.url.appending(path: "printed"),
            in: folder)
        return try await run.ending()
    }
}

/// Every case that lies beside the repository, run as its README says: each gives the figure or says the sentence that a user
/// expects of it.
@Suite(
    "Every case of the field",
    .enabled(if: Repository.sharedCase("README.md") != nil, "there is no ../shared/cases"))
struct CasesTests {
    /// What the last run line of a case must give.
    struct Expected: Sendable {
        var exitCode: Int32 = 0
        /// kg per vehicle, to 0.005.
        var kgPerVehicle: Double?
        /// Keys of the summary by their path, to 0.05 %.
        var figures: [String: Double] = [:]
        /// Codes of the alarms, in their order; nil where the case asks for none in particular.
        var alarms: [String]?
        /// In what is printed for people.
        var text: [String] = []
    }

    private static let right = Expected(kgPerVehicle: 203.25, alarms: [])

    /// A register that moves by the hour: that it stands in its first is named, until it moves.
    private static let slow = Expected(kgPerVehicle: 203.25)

    private static func named(_ alarm: String, _ text: String...) -> Expected {
        Expected(kgPerVehicle: 203.25, alarms: [alarm], text: text)
    }

    /// An import, whose own table has the energy.
    private static func imported(_ energy: String) -> Expected { Expected(text: ["\(energy) kWh"]) }

    private static func refused(_ text: String...) -> Expected { Expected(exitCode: 65, text: text) }

    static let expected: [String: Expected] = [
        "P05": named("counter", "stands still"), "P06": named("counter", "stands still"), "P07": slow, "P08": slow,
        "P09": named("unit", "m3 for kWh"),
        "P11": Expected(kgPerVehicle: 130.07, figures: ["gas_kwh": 23_000], alarms: []),
        "P12": named("counter"), "P13": named("counter"),
        "P15": Expected(
            figures: ["vehicles_by_model.leaf": 20, "vehicles_by_model.qashqai": 20, "vehicles_by_model.juke": 20]),
        "P16": Expected(figures: ["lost_values.wrong_type": 4], alarms: ["stale"]), "P19": right, "P20": right,
        "P21": right,
        "P24": Expected(kgPerVehicle: 203.25, figures: ["rejected_by_reason.clock.future": 1], alarms: []),
        "P25": Expected(kgPerVehicle: 203.25, figures: ["rejected_by_reason.clock.future": 1], alarms: []),
        "P26": Expected(alarms: ["stale"]), "P27": Expected(),
        "P28": Expected(figures: ["energy_kwh.grid_import": 1_500, "energy_kwh.grid_export": 2_000], alarms: []),
        "P29": named("sign", "grid/main", "exchanged"), "P31": named("unit", "1000 times too small"),
        "P32": Expected(alarms: ["conflict"], text: ["gas/paint-ovens: gas_kw tells 0 kW"]),
        "P34": named("conflict", "heat_kw means 8000 kW"), "P35": named("conflict", "storage/string-1: soc_fraction"),
        "P36": Expected(alarms: ["stale"]), "P37": Expected(figures: ["late": 1]), "P38": Expected(),
        "P39": Expected(alarms: []), "P40": Expected(kgPerVehicle: 203.25),
        "P41": imported("197986.5"), "P43": imported("197985.0"), "P44": refused("4000,0", "decimal_comma"),
        "P45": imported("197986.5"), "P46": imported("197986.5"), "P48": refused("18/06/2025 0:00", "date: dmy"),
        "P50": refused("48 rows of 48 did not match where"), "P51": imported("197986.5"),
        "P53": refused("48 stamps have values that differ"), "P54": refused("Type holds RI, AI"),
        "P56": refused("rows stand 30m apart"), "P57": imported("197986.5"),
        "P58": imported("224412.7"), "P60": imported("-18.0"), "P62": imported("197986.5"),
        "P63": refused("did you mean wind?"),
    ]

    static let folders: [String] = {
        guard
            let cases = Repository.sharedCase("README.md").map({ URL(fileURLWithPath: $0).deletingLastPathComponent() })
        else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: cases.path)) ?? []
        return names.filter { $0.first == "P" && $0.dropFirst(3).first == "-" }.sorted()
    }()

    @Test("gives what a user expects", arguments: folders)
    func behaves(folder: String) async throws {
        let one = try #require(Self.expected[String(folder.prefix(3))], "no expectation of \(folder)")
        let readme = try #require(Repository.sharedCase("\(folder)/README.md"))
        let project = try CaseProject()
        var last: Run.Ending?
        var printed = ""
        for words in try Self.runLines(readme) where ["twin", "cp"].contains(words[0]) {
            last = try await project.run(words)
            printed += (last?.out ?? "") + (last?.err ?? "")
            if last?.code != 0 { break }
        }
        let ran = try #require(last, "no run line")
        #expect(ran.code == one.exitCode, "\(ran.err)")
        for text in one.text { #expect(printed.contains(text), "\(ran.err)") }
        guard one.kgPerVehicle != nil || !one.figures.isEmpty || one.alarms != nil else { return }
        let json = try JSONReader.read(Array(ran.out.utf8))
        if let kg = one.kgPerVehicle { #expect(abs((json["co2_kg_per_vehicle"]?.double ?? 0) - kg) < 0.005) }
        for (key, value) in one.figures {
            let found = try #require(Self.figure(json, key), "no \(key)")
            #expect(abs(found - value) <= 0.0005 * abs(value), "\(key) is \(found)")
        }
        if let alarms = one.alarms { #expect((json["alarms"]?.members?.map(\.key) ?? []) == alarms) }
    }

    /// Keys may hold dots themselves: the first that fits is taken.
    private static func figure(_ json: JSON, _ path: String) -> Double? {
        if let found = json[path]?.double { return found }
        guard let dot = path.firstIndex(of: ".") else { return nil }
        return json[String(path[..<dot])].flatMap { figure($0, String(path[path.index(after: dot)...])) }
    }

    /// The indented lines between "Run" and "Expected".
    private static func runLines(_ readme: String) throws -> [[String]] {
        let lines = try String(contentsOfFile: readme, encoding: .utf8).split(separator: "\n")
        let from = try #require(lines.firstIndex { $0.hasPrefix("Run") })
        let to = try #require(lines.firstIndex { $0.hasPrefix("Expected") })
        return lines[from..<to].filter { $0.hasPrefix("    ") }.map { $0.split(separator: " ").map(String.init) }
    }
}
