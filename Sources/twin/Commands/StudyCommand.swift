public import ArgumentParser
import TwinConfiguration
import TwinCore
public import TwinDispatch
import TwinFiles
import TwinReports
import TwinRuntime
public import TwinStudies

/// `twin study`: what-if questions to the modelled plant.
struct StudyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "Ask the modelled plant what something is worth.",
        discussion: """
            EXAMPLE
              twin study dispatch --json
            """,
        subcommands: [DispatchStudyCommand.self])
}

/// `twin study dispatch`: the same days left alone, by the rules, by plans and with foresight.
struct DispatchStudyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dispatch",
        abstract: "Say what dispatch saves and costs: none, rules, optimiser, perfect.",
        discussion: """
            EXAMPLES
              twin study dispatch
              twin study dispatch --from 2025-07-07 --for 2d --json
              twin study dispatch --case none --case rules
              twin study dispatch --pareto --out pareto.svg

            The simulated plant steps the same days under each case: left to itself, by \
            the rules, by plans from forecasts, by plans from what will really be. By \
            default a week of each season of 2025 (13 January, 7 April, 7 July, 13 \
            October) with the simulated grid's half-hourly intensity, in two minutes; --pareto \
            runs the optimiser at seven more prices and takes about ten.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "First local day of a window; may be repeated. Default a week of each season of 2025.")
    var from: [String] = []

    @Option(name: .customLong("for"), help: "Length of each window, whole days.")
    var duration = Span.days(7)

    @Option(help: "Length of a step, a divisor of 30m.")
    var step = Span.minutes(5)

    @Option(help: "Seed of all chance.")
    var seed: UInt64 = 42

    @Option(name: .customLong("case"), help: "none, rules, optimiser or perfect; may be repeated. Default all.")
    var cases: [DispatchStudy.Case] = []

    @Option(help: "Plan by this signal instead of the configuration's: annual, average or marginal.")
    var signal: PlanObjective.Signal?

    @Flag(help: "Cost against CO2: the optimiser at carbon prices from 0 to 100,000 a tonne.")
    var pareto = false

    @Option(help: "With --pareto: SVG file to draw it to.")
    var out: String?

    @Flag(help: "Overwrite an existing file.")
    var force = false

    private static let seasons = ["2025-01-13", "2025-04-07", "2025-07-07", "2025-10-13"]
    private static let carbonPrices: [Double] = [0, 50, 100, 250, 500, 1000, 2500, 100_000]

    func validate() throws {
        if step.ms % 1000 != 0 || settlementPeriod.ms % step.ms != 0 {
            throw ValidationError("--step \(step.text) does not divide 30m; write 1m, 5m or 10m")
        }
        if duration.ms % Span.days(1).ms != 0 {
            throw ValidationError("--for \(duration.text) is not whole days; write 1d or 7d")
        }
        if duration > .days(366) { throw ValidationError("--for \(duration.text) is more than a year") }
        if out != nil, !pareto { throw ValidationError("--out goes with --pareto, which it draws") }
    }

    func run() async throws {
        Terminal.catchSignals()
        var config = try common.load()
        if let signal { config.objective.signal = signal }
        let windows = try windows(config.zone)
        let asked = DispatchStudy.Case.allCases.filter { cases.isEmpty || cases.contains($0) }
        let planner: Planner? = try pareto || asked.contains(where: \.needsPlanner) ? .installed() : nil
        // Before minutes of work: a file that cannot be written is told at once.
        let writer = try out.map { try LineWriter(path: $0, overwrite: force) }
        let progress = Progress("study", isQuiet: common.quiet)
        let study = DispatchStudyRun(
            config: config, planner: planner, windows: windows, cases: asked,
            carbonPrices: pareto ? Self.carbonPrices : [], step: step, seed: seed
        ).study { share in
            progress.show(share)
            return !Terminal.isStopped
        }
        progress.end()
        guard let study else { return try Terminal.exitIfInterrupted() }
        if common.json {
            StandardOutput.write(study.json)
        } else {
            for line in DispatchStudyText.lines(study) { StandardOutput.write(line) }
        }
        guard let writer, let out else { return }
        guard let picture = ParetoPicture.svg(study) else {
            throw Failure("\(out): no vehicle was lined off in these days, so nothing can be drawn", exitCode: 65)
        }
        try writer.write(Array(picture.utf8))
        try writer.finish()
        common.say("wrote \(out)")
    }

    /// Whole local days, which may have 23 or 25 hours.
    private func windows(_ zone: LocalZone) throws -> [DispatchStudyRun.Window] {
        try (from.isEmpty ? Self.seasons : from).map { text in
            let first = try zone.local(zone.argument(text)).date
            let end = CivilDate(daysSinceEpoch: first.daysSinceEpoch + duration.ms / Span.days(1).ms)
            let window = DispatchStudyRun.Window(from: zone.instant(first), to: zone.instant(end))
            guard window.to + .days(3) <= .latest else {
                throw Failure("--for \(duration.text): from \(text) on that reaches beyond the year 9999", exitCode: 2)
            }
            return window
        }
    }
}

extension DispatchStudy.Case: ExpressibleByArgument {}
extension PlanObjective.Signal: ExpressibleByArgument {}
