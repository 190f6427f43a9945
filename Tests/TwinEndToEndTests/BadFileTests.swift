import Foundation
import Testing
import TwinCore
import TwinTesting

/// Files that are damaged or wrong: counted where that is honest, refused where it is not, always named.
@Suite(.serialized)
struct BadFileTests {
    /// The first two hours of a simulated day, as lines.
    private func twoHours(_ scene: Scene) async throws -> [String] {
        let path = scene.path("two-hours.jsonl")
        _ = try await scene.twin("simulate", "--out", path, "--from", "2025-06-18T06:00", "--for", "2h").success()
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    @Test func `A broken line is counted, and with --strict refused with its place`() async throws {
        try await Scene.play { scene in
            var lines = try await twoHours(scene)
            let whole = try await scene.replay(scene.path("two-hours.jsonl"))
            lines.insert("not a line {", at: 100)
            let path = try scene.write(lines.joined(separator: "\n") + "\n", to: "broken.jsonl")
            let lenient = try await scene.twin("replay", path, "--json").ending()
            let summary = try Summary.one(in: lenient.out)
            #expect(lenient.code == 0)
            #expect(lenient.err.contains("broken.jsonl:101:"))
            #expect(summary.count("rejected") == 1)
            #expect(summary.count("rejected_by_reason", "parse") == 1)
            #expect(summary.count("messages") == whole.count("messages") + 1)
            #expect(summary.digest == whole.digest)
            let strict = try await scene.twin("replay", path, "--json", "--strict").ending()
            #expect(strict.code == 65)
            #expect(strict.err.contains("broken.jsonl:101:"))
            #expect(strict.out.isEmpty)
        }
    }

    @Test func `A cut gzip file is replayed as far as it goes and says so`() async throws {
        try await Scene.play { scene in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: Repository.day))
            let path = scene.path("cut.jsonl.gz")
            try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path))
            let ending = try await scene.twin("replay", path, "--json").ending()
            #expect(ending.code == 0)
            #expect(ending.err.contains("cut.jsonl.gz"))
            #expect(ending.err.contains("ends inside its gzip data"))
            #expect((1..<1440).contains(try Summary.one(in: ending.out).count("steps")))
            let strict = try await scene.twin("replay", path, "--json", "--strict").ending()
            #expect(strict.code == 65)
            #expect(strict.err.contains("cut.jsonl.gz"))
        }
    }

    @Test func `What is no replay file at all is refused with 65`() async throws {
        try await Scene.play { scene in
            var chance = SeedStream(seed: 3, name: "noise")
            let noise = Data((0..<5000).map { _ in UInt8(truncatingIfNeeded: chance.next()) })
            let newer = #"{"twin":"replay/9","site":"sunderland","run":"x","start":"2025-06-17T23:00:00.000Z"}"#
            for (name, data) in [("noise.jsonl", noise), ("empty.jsonl", Data()), ("newer.jsonl", Data(newer.utf8))] {
                try data.write(to: URL(fileURLWithPath: scene.path(name)))
                let ending = try await scene.twin("replay", scene.path(name)).ending()
                #expect(ending.code == 65, "\(ending.err)")
                #expect(ending.err.contains(name))
                #expect(ending.out.isEmpty)
                if name == "newer.jsonl" {
                    #expect(ending.err.contains("replay/9") && ending.err.contains("replay/1"), "names both versions")
                }
            }
        }
    }

    @Test func `Validate accepts what is shipped`() async throws {
        try await Scene.play { scene in
            let scenarios = try FileManager.default.contentsOfDirectory(
                atPath: Repository.root.appendingPathComponent("replay/scenarios").path
            ).filter { $0.hasSuffix(".scenario.yaml") }.map { "replay/scenarios/\($0)" }
            #expect(!scenarios.isEmpty)
            let ending = try await scene.twin(["validate", "twin-config/sunderland", Repository.day] + scenarios)
                .ending()
            #expect(ending.code == 0, "\(ending.out)\(ending.err)")
            #expect(ending.out.isEmpty)
        }
    }

    @Test func `Validate checks a mapping's assets and keys in the configuration, with 65`() async throws {
        try await Scene.play { scene in
            func mapping(_ site: String, _ target: String) throws -> String {
                try scene.write(
                    """
                    twin: mapping/1
                    site: \(site)
                    time_zone: Europe/London
                    step_s: 60
                    from: 2025-06-18
                    for: 1d
                    sources:
                      - name: one
                        file: "*.csv"
                        time: {column: t, format: rfc3339, stamp: start}
                        period: 10m
                        signals:
                          - {column: p, \(target), unit: kW, kind: mean}

                    """, to: "\(site).mapping.yaml")
            }
            let shipped = try FileManager.default.contentsOfDirectory(
                atPath: Repository.root.appending(path: "replay/mappings").path
            ).filter { $0.hasSuffix(".mapping.yaml") }.map { "replay/mappings/\($0)" }
            #expect(!shipped.isEmpty)
            let ok = try await scene.twin(["validate"] + shipped).ending()
            #expect(ok.code == 0 && ok.out.isEmpty, "\(ok.out)\(ok.err)")

            let path = try mapping("sunderland", "asset: shop/pant, key: load_kw")
            let asset = try await scene.twin("validate", path).ending()
            #expect(asset.code == 65)
            #expect(asset.out.contains("sunderland.mapping.yaml:13:28: error: sources[0].signals[0].asset: "))
            #expect(asset.out.contains("did you mean \"shop/paint\"?"))
            _ = try mapping("sunderland", "asset: shop/paint, key: laod_kw")
            let key = try await scene.twin("validate", path).ending()
            #expect(key.code == 65)
            #expect(key.out.contains("sunderland.mapping.yaml:13:45: error: sources[0].signals[0].key: "))

            // Of another site: the default configuration says nothing of its assets; a named one was to say it.
            let other = try mapping("elsewhere", "asset: shop/any, key: load_kw")
            let unchecked = try await scene.twin("validate", other).ending()
            #expect(unchecked.code == 0 && unchecked.out.isEmpty)
            #expect(unchecked.err.contains("but for its assets and keys: it is for elsewhere"))
            let foreign = try await scene.twin("validate", "--config", "twin-config/sunderland", other).ending()
            #expect(foreign.code == 65)
            #expect(foreign.out.contains("elsewhere.mapping.yaml:2:7: error: site: \"elsewhere\" is not"))
        }
    }

    @Test func `Validate names file, line and column of a broken configuration, with 78`() async throws {
        try await Scene.play { scene in
            let config = scene.path("config")
            try FileManager.default.copyItem(
                atPath: Repository.root.appendingPathComponent("twin-config/sunderland").path, toPath: config)
            let file = URL(fileURLWithPath: config + "/site.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try (text + "\nunheard_of: 1\n").write(to: file, atomically: true, encoding: .utf8)
            for arguments in [["validate", config], ["replay", Repository.day, "--config", config]] {
                let ending = try await scene.twin(arguments).ending()
                #expect(ending.code == 78, "\(ending.err)")
                let said = ending.out + ending.err
                #expect(said.contains("unheard_of"))
                #expect(said.contains(#/site\.yaml:\d+:\d+: error: /#), "\(said)")
            }
        }
    }

    @Test func `Validate and scenario run name the place of a broken scenario, with 65`() async throws {
        try await Scene.play { scene in
            _ = try await twoHours(scene)
            let path = try scene.write(
                """
                twin: scenario/1
                name: Broken on purpose
                recording: two-hours.jsonl
                plant: simulated
                faults:
                  - {at: "15:00", for: 10m, do: explode}
                expect:
                  - {alarm: grid/main/trip, within: 2m}

                """, to: "broken.scenario.yaml")
            for arguments in [["validate", path], ["scenario", "run", path]] {
                let ending = try await scene.twin(arguments).ending()
                #expect(ending.code == 65, "\(ending.err)")
                let said = ending.out + ending.err
                #expect(said.contains("explode"))
                #expect(said.contains(#/broken\.scenario\.yaml:\d+:\d+: error: /#), "\(said)")
            }
        }
    }
}
