import Foundation
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinReports

/// Results of studies and scenarios that lie beside the store or where `--results` says.
struct StudiesPage: Page {
    let name = "studies"
    let title = "Studies"

    func json(_ ask: PageAsk) throws -> JSON {
        let found = ResultFiles(ask.source.resultFolders)
        return .fields([
            "schema": .string("studies-page/1"), "studies": .array(found.studies.map(StudiesPage.study)),
            "scenarios": .array(found.scenarios.map(StudiesPage.scenarios)),
            "skipped": .array(
                found.skipped.map { .fields(["file": .string($0.file), "why": .string($0.why)]) }),
            "looks": .bool(!ask.source.resultFolders.isEmpty),
        ])
    }

    private static let cases = ["none", "rules", "optimiser", "perfect"]

    /// What the page draws of a study; a figure that is not there stays null.
    private static func study(_ file: ResultFiles.Found) -> JSON {
        let json = file.json
        func figure(_ row: JSON?, _ key: String) -> JSON { .optional(row?[key]?.double) }
        return .fields([
            "file": .string(file.name), "site": .string(json["site"]?.text ?? ""),
            "currency": .string(json["currency"]?.text ?? ""),
            "objective": .string(json["objective"]?["sentence"]?.text ?? ""),
            "simulated": .bool(true), "days": .integer(json["windows"]?.items?.count ?? 0),
            "windows": .array(
                (json["windows"]?.items ?? []).prefix(100).map {
                    .fields(["from": .string($0["from"]?.text ?? ""), "to": .string($0["to"]?.text ?? "")])
                }),
            "cases": .array(
                cases.compactMap { name in
                    json["cases"]?[name].map { row in
                        .fields([
                            "case": .string(name), "vehicles": figure(row, "vehicles"),
                            "kg_per_vehicle": figure(row, "kg_per_vehicle"),
                            "kg_per_vehicle_half_hourly": figure(row, "kg_per_vehicle_half_hourly"),
                            "kg_per_vehicle_marginal": figure(row, "kg_per_vehicle_marginal"),
                            "cost": figure(row, "cost"), "cost_per_tonne": figure(row, "cost_per_tonne"),
                            "peak_kw": figure(row, "peak_kw"), "departures_missed": figure(row, "departures_missed"),
                        ])
                    }
                }),
            "pareto": .array(
                (json["pareto"]?.items ?? []).prefix(100).map { point in
                    .fields([
                        "name": .string(point["name"]?.text ?? ""),
                        "carbon_price_per_tonne": figure(point, "carbon_price_per_tonne"),
                        "kg_per_vehicle": figure(point, "kg_per_vehicle"),
                        "cost_per_vehicle": figure(point, "cost_per_vehicle"),
                    ])
                }),
        ])
    }

    private static func scenarios(_ file: ResultFiles.Found) -> JSON {
        .fields([
            "file": .string(file.name),
            "list": .array(
                (file.json["scenarios"]?.items ?? []).prefix(500).map { scenario in
                    let all = scenario["expectations"]?.items ?? []
                    let failed = all.filter { $0["passed"]?.bool != true }
                    return .fields([
                        "name": .string(scenario["name"]?.text ?? ""), "expected": .integer(all.count),
                        "failed": .integer(failed.count),
                        "problems": .array((scenario["problems"]?.items ?? []).prefix(20).filter { $0.text != nil }),
                        "sentences": .array(failed.prefix(20).compactMap { $0["sentence"]?.text }.map { .string($0) }),
                    ])
                }),
        ])
    }
}

/// JSON files of folders, by their schema. What is none of ours is named and left alone.
struct ResultFiles {
    static let filesMax = 200
    static let bytesMax = 4 << 20

    struct Found {
        var name: String
        var json: JSON
    }

    private(set) var studies: [Found] = []
    private(set) var scenarios: [Found] = []
    private(set) var skipped: [(file: String, why: String)] = []

    init(_ folders: [String]) {
        for folder in folders { read(folder) }
    }

    private mutating func read(_ folder: String) {
        // A folder that is gone holds nothing.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []  // see above
        let files = names.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.sorted()
        for name in files.prefix(ResultFiles.filesMax) { read("\(folder)/\(name)", called: name) }
        if files.count > ResultFiles.filesMax {
            skipped.append(
                ("\(files.count - ResultFiles.filesMax) files", "only the first \(ResultFiles.filesMax) are read"))
        }
    }

    private mutating func read(_ path: String, called name: String) {
        let json: JSON
        do { json = try JSONReader.read(WholeFile.read(path, bytesMax: ResultFiles.bytesMax)) } catch is FileProblem {
            return skipped.append((name, "cannot be read, or has more than \(ResultFiles.bytesMax >> 20) MB"))
        } catch { return skipped.append((name, "is no JSON")) }
        switch json["schema"]?.text {
        case "dispatch-study/1": studies.append(Found(name: name, json: json))
        case "scenarios/1": scenarios.append(Found(name: name, json: json))
        case let other:
            skipped.append((name, other.map { "schema \(quoted($0)) is no result of a study" } ?? "has no schema"))
        }
    }
}
