import Foundation
import HTTPTypes
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinRuntime
import TwinTesting
import TwinUnits

@testable import TwinWeb

@Suite("Metrics")
struct MetricsTests {
    /// One sample of a text: name, labels, value.
    struct Sample: Hashable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    /// Reads the format back, strictly: what is no line of it is a failure.
    static func read(_ text: String) throws -> [Sample] {
        var typed: Set<String> = []
        var samples: [Sample] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#") {
                let parts = line.split(separator: " ", maxSplits: 3)
                try #require(parts.count == 4 && ["HELP", "TYPE"].contains(parts[1]), "\(line)")
                if parts[1] == "TYPE" { #expect(typed.insert(String(parts[2])).inserted, "\(line) stands twice") }
                continue
            }
            let match = try #require(
                line.wholeMatch(of: #/([a-z_0-9]+)(?:\{(.*)\})? (\S+)/#), "is no sample: \(line)")
            let name = String(match.1)
            let family = ["_bucket", "_sum", "_count"].reduce(name) {
                $0.hasSuffix($1) && typed.contains(String($0.dropLast($1.count))) ? String($0.dropLast($1.count)) : $0
            }
            #expect(typed.contains(family), "\(name) has no TYPE before it")
            var labels: [String: String] = [:]
            for label in (match.2 ?? "").matches(of: #/([a-z_]+)="((?:[^"\\]|\\.)*)"/#) {
                labels[String(label.1)] = String(label.2)
            }
            samples.append(Sample(name: name, labels: labels, value: try #require(Double(String(match.3)), "\(line)")))
        }
        return samples
    }

    private func samples(_ rig: PageRig) throws -> [Sample] {
        try Self.read(PlantMetrics(source: rig.source, server: ServerMeter.Counts()).text.text)
    }

    @Test("are those of the run's summary")
    func summary() async throws {
        let rig = try await PageRig()
        let samples = try samples(rig)
        func sum(_ name: String) -> Double { samples.filter { $0.name == name }.reduce(0) { $0 + $1.value } }
        let summary = rig.result.summary
        #expect(sum("twin_messages_received_total") == Double(summary.counts.messages))
        #expect(sum("twin_messages_rejected_total") == Double(summary.counts.rejected.values.reduce(0, +)))
        #expect(sum("twin_vehicles_total") == Double(summary.vehicles))
        // Two hours of one day: what the day has is what the run has.
        for (line, meter) in summary.method.chart.meters.enumerated() {
            let told = samples.first {
                $0.name == "twin_asset_energy_joules_total" && $0.labels["asset"] == meter.path.text
                    && $0.labels["account"] == meter.account.name
            }
            #expect(told?.value == Double(summary.sum.meter(line: line).energy.wattSeconds), "\(meter.text)")
        }
        let figure = samples.first {
            $0.name == "twin_co2_per_vehicle_grams" && $0.labels == ["window": "day", "scope": "1+2"]
        }
        #expect(figure?.value == summary.kgPerVehicle.map { $0 * 1000 })
        #expect(samples.first { $0.name == "twin_step_duration_seconds_count" }?.value == 120)
        #expect(samples.allSatisfy { $0.value.isFinite })
    }

    /// By the balance of the bus: what is given is what is taken, and the remainder is what nobody measures.
    @Test("the assets' powers are the balance of the bus")
    func powers() async throws {
        let rig = try await PageRig()
        let moment = try #require(rig.feed.moment)
        let sum = PlantMetrics.powers(moment).reduce(0) { $0 + $1.kw }
        let balance = moment.outcome.balance
        #expect(abs(sum - balance.lossesKW - balance.unmeteredKW) < 0.5, "\(sum)")
    }

    @Test("a command is answered in a time, in a closed loop")
    func answers() async throws {
        let rig = try await PageRig(.closed)
        #expect(rig.feed.meter.answers.count > 0)
        #expect(rig.feed.meter.answers.count <= rig.result.summary.commands.issued)
    }

    @Test("no topic or text becomes a label")
    func labels() async throws {
        let rig = try await PageRig(extra: PageRig.hostile.map { PageRig.line($0, $0) })
        let text = PlantMetrics(source: rig.source, server: ServerMeter.Counts()).text.text
        for word in ["script", "gnp.exe", "DROP", "7*7"] { #expect(!text.contains(word)) }
        let known = Set(rig.source.config.paths.map(\.text)).union(rig.source.config.grid.paths.map(\.text))
            .union(rig.source.config.weather.paths.map(\.text))
        for sample in try samples(rig) {
            if let asset = sample.labels["asset"] { #expect(known.contains(asset), "\(asset)") }
        }
    }

    @Test("a label is escaped, and what is no number is left out")
    func escaped() {
        var text = MetricsText()
        text.add(
            "a", .gauge, "back\\slash", [.init(1, .init("b", "q\"\\\n\u{1B}\u{202E}")), .init(.nan), .init(.infinity)])
        #expect(text.text == "# HELP a back\\\\slash\n# TYPE a gauge\na{b=\"q\\\"\\\\???\"} 1\n")
        text.add("c", .gauge, "none", [.init(.nan)])
        #expect(text.names == ["a"])
    }

    /// 0.5 and 1 are at most 1, 3 is at most 4, and 9 is beyond: 2, 3, 4 in all, 13.5 s together.
    @Test("a histogram counts from below")
    func histogram() {
        var histogram = Histogram([1, 4])
        for value in [0.5, 1, 3, 9, .nan, -1] { histogram.add(value) }
        var text = MetricsText()
        text.add("t_seconds", "time", histogram)
        let lines = text.text.split(separator: "\n").dropFirst(2)
        #expect(
            Array(lines) == [
                "t_seconds_bucket{le=\"1\"} 2", "t_seconds_bucket{le=\"4\"} 3", "t_seconds_bucket{le=\"+Inf\"} 4",
                "t_seconds_sum 13.5", "t_seconds_count 4",
            ])
    }

    @Test("the dashboard asks for metrics that there are")
    func dashboard() async throws {
        let text = try String(
            contentsOfFile: Repository.path("twin-config/deploy/grafana-dashboard.json"), encoding: .utf8)
        let json = try JSONReader.read(Array(text.utf8))
        let expressions = (json["panels"]?.items ?? []).flatMap { $0["targets"]?.items ?? [] }.compactMap {
            $0["expr"]?.text
        }
        #expect(expressions.count >= 12)
        let rig = try await PageRig(.closed)
        var server = ServerMeter.Counts()
        server.answers[.init(page: "metrics", status: "2xx")] = 1
        var told = Set(try Self.read(PlantMetrics(source: rig.source, server: server).text.text).map(\.name))
        // A replay has no broker and no clock to be behind of.
        told.formUnion(["twin_step_lag_seconds", "twin_broker_connected", "twin_store_behind"])
        for expression in expressions {
            let names = expression.matches(of: #/twin_[a-z0-9_]+/#).map { String($0.0) }
            #expect(!names.isEmpty, "\(expression)")
            for name in names { #expect(told.contains(name), "\(name) of \(expression)") }
        }
    }

    /// A stat of a range shows the last point of it, however old: it would go on when the twin has ended.
    @Test("the dashboard shows what is now, and colours what has a threshold")
    func dashboardNow() throws {
        let text = try String(
            contentsOfFile: Repository.path("twin-config/deploy/grafana-dashboard.json"), encoding: .utf8)
        for panel in try JSONReader.read(Array(text.utf8))["panels"]?.items ?? [] {
            guard let kind = panel["type"]?.text, kind != "timeseries" else { continue }
            let title = panel["title"]?.text ?? ""
            for target in panel["targets"]?.items ?? [] {
                #expect(target["instant"]?.bool == true && target["range"]?.bool == false, "\(title)")
                // Labels are columns of a table alone.
                #expect((target["format"]?.text == "table") == (kind == "table"), "\(title)")
            }
            let hasThresholds = panel["fieldConfig"]?["defaults"]?["thresholds"] != nil
            if hasThresholds { #expect(panel["options"]?["colorMode"]?.text == "value", "\(title)") }
        }
    }

    /// Prometheus' own judge, where it is installed (Debian: prometheus).
    /// `make setup-test` takes it from the package `prometheus`.
    @Test("promtool has nothing to say")
    func promtool() async throws {
        let rig = try await PageRig(.closed)
        rig.feed.feel(PageRig.live)
        var server = ServerMeter.Counts()
        server.answers[.init(page: "metrics", status: "2xx")] = 1
        let folder = try TemporaryFolder()
        let file = try folder.write("metrics", Array(PlantMetrics(source: rig.source, server: server).text.text.utf8))
        let process = Process()
        let pipe = Pipe()
        process.executableURL = Repository.root.appending(path: ".build/promtool")
        process.arguments = ["check", "metrics"]
        process.standardInput = FileHandle(forReadingAtPath: file)
        process.standardError = pipe
        process.standardOutput = pipe
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
        #expect(said.isEmpty, "\(said)")
    }
}

extension PageRig {
    /// Of a live run that is well.
    static var live: RunPulse {
        var pulse = RunPulse(link: .up, store: .current)
        (pulse.tick, pulse.stepS, pulse.lagS) = (121, 0.002, 2)
        return pulse
    }
}

@Suite("Readiness")
struct ReadinessTests {
    private func failed(_ source: PageSource) -> [String] { Readiness(source).checks.filter { !$0.isWell }.map(\.name) }

    @Test("a run is ready after its first step, with a broker and a store")
    func ready() async throws {
        let rig = try await PageRig()
        #expect(Readiness(rig.source).isReady)
        rig.feed.feel(PageRig.live)
        #expect(Readiness(rig.source).checks.map(\.name) == ["first_step", "broker", "store", "step_lag"])
        #expect(Readiness(rig.source).isReady)
        var pulse = PageRig.live
        pulse.link = .down
        rig.feed.feel(pulse)
        #expect(failed(rig.source) == ["broker"])
        pulse.store = .behind
        rig.feed.feel(pulse)
        #expect(failed(rig.source) == ["broker", "store"])
    }

    /// The shipped step is 60 s, so 180 s are three steps and too late.
    @Test("three steps behind are too many")
    func late() async throws {
        let rig = try await PageRig()
        var pulse = PageRig.live
        pulse.lagS = 179
        rig.feed.feel(pulse)
        #expect(failed(rig.source) == [])
        pulse.lagS = 180
        rig.feed.feel(pulse)
        #expect(failed(rig.source) == ["step_lag"])
    }

    @Test("before the first step it is not, and it says so by its status")
    func first() async throws {
        let source = PageSource(config: try Repository.config(), build: "0.2.0, 0.2.0+1", feed: LiveFeed())
        let server = try PageServer(source)
        let answer = try await server.ask("/readyz")
        #expect(answer.status == 503)
        #expect(try JSONReader.read(Array(answer.text.utf8))["status"]?.text == "not_ready")
        #expect(try await server.ask("/healthz").status == 200)
        let version = try await server.ask("/version")
        let told = try JSONReader.read(Array(version.text.utf8))
        #expect(told["version"]?.text == "0.2.0")
        #expect(told["build"]?.text == "1")
        let metrics = try await server.ask("/metrics")
        #expect(metrics.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(try MetricsTests.read(metrics.text).contains { $0.name == "twin_pages_requests_total" })
    }

    @Test("pages over a store are ready where it can be read")
    func store() throws {
        #expect(!Readiness(PageSource(config: try Repository.config(), build: "1")).isReady)
    }
}
