import ArgumentParser
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinReports
import TwinRuntime

/// `twin commands`: what was sent, why, and what became of it.
struct CommandsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commands",
        abstract: "Say what was commanded, why, and what became of it.",
        usage: "twin commands [<options>]",
        discussion: """
            Each change of a set-point stands once; renewals of its lease are counted in it. In the \
            modes shadow and advise nothing was sent, so all expire.

            EXAMPLES
              twin commands --store twin.sqlite --period 2025-06-18
              twin commands --asset storage/string-1 --json
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: "Journal folder of the run; default beside the store, if it is there.")
    var journal: String?

    @Option(help: "One asset, as area/asset.")
    var asset: String?

    @Option(help: ArgumentHelp(stringLiteral: Period.help))
    var period: String?

    func run() async throws {
        let source = try openToRead(store)
        let config = try common.load(from: source, at: store)
        let window = try StoreWindow(period, config)
        let path = try asset.map { try AssetPath.argument($0, among: source.assets(config), of: store) }
        let commands = try source.commands(window, asset: path)
        let alarms = try source.alarms(window, marks: nil)
        let marks: JournalMarks? = if let journal { try JournalMarks(at: journal) } else { try .beside(store) }
        let places = try places(of: commands, marks)
        let stories = CommandStory.all(commands, alarms, places)
        if common.json {
            StandardOutput.write(
                JSON.fields([
                    "schema": .string("commands/1"), "commands": .array(stories.map { $0.json(config.zone) }),
                ]))
        } else if stories.isEmpty {
            StandardOutput.write(
                "nothing was commanded\(asset.map { " of \($0)" } ?? "")\(period.map { " in \($0)" } ?? "")")
        } else {
            for story in stories { story.lines(config.zone).forEach { StandardOutput.write($0) } }
        }
    }

    /// The mark of each command's tick.
    private func places(of commands: [StoredCommand], _ marks: JournalMarks?) throws -> [Int: String] {
        guard let marks, let first = commands.first, let last = commands.last else { return [:] }
        let ticks = Set(commands.lazy.filter { $0.run == marks.header?.run }.map(\.tick))
        var places: [Int: String] = [:]
        try marks.forEach(StoreWindow(from: first.at - Span(ms: 1), to: last.at)) { found in
            if ticks.contains(found.mark.tick) { places[found.mark.tick] = found.place }
        }
        return places
    }
}

/// A command from its reason to its end.
struct CommandStory {
    var command: StoredCommand
    /// Since when its asset did something else; nil when it followed.
    var notFollowedSince: PlantTime?
    var place: String?

    static func all(_ commands: [StoredCommand], _ alarms: [AlarmSpan], _ places: [Int: String]) -> [CommandStory] {
        var next: [AssetPath: PlantTime] = [:]
        var stories: [CommandStory] = []
        for command in commands.reversed() {
            let code = AlarmKey(command.asset.area, command.asset.asset, .notFollowed).path
            let end = next[command.asset] ?? .latest
            let alarm = alarms.first { alarm in
                alarm.path == code && alarm.run == command.run && alarm.from < end
                    && (alarm.until ?? .latest) > command.at
            }
            stories.append(
                CommandStory(
                    command: command, notFollowedSince: alarm.map { max($0.from, command.at) },
                    place: places[command.tick]))
            next[command.asset] = command.at
        }
        return stories.reversed()
    }

    private var id: String { "\(command.run)-\(command.tick)-\(command.n)" }
    private var fate: String { command.fate ?? "pending" }

    /// At most 80 columns.
    func lines(_ zone: LocalZone) -> [String] {
        let value = Action(rawValue: command.action)?.text(command.value) ?? "\(command.value)"
        var became = fate
        if let since = notFollowedSince { became += ", not followed from \(zone.minute(since))" }
        let renewals = command.renewals
        if renewals.count > 0 { became += ", renewed \(renewals.count) times" }
        if renewals.rejected > 0 { became += ", of them rejected \(renewals.rejected)" }
        if renewals.expired > 0 { became += ", of them expired \(renewals.expired)" }
        return ["\(zone.minute(command.at))  \(command.asset.text) \(command.action) \(value)"]
            + Output.wrapped("because: \(zone.localised(command.reason))", indent: 2)
            + Output.wrapped("became: \(became)", indent: 2) + ["  id: \(id)"] + (place.map { ["  \($0)"] } ?? [])
    }

    func json(_ zone: LocalZone) -> JSON {
        .fields([
            "id": .string(id), "at": .string(zone.text(command.at)), "asset": .string(command.asset.text),
            "action": .string(command.action), "value": .number(command.value), "reason": .string(command.reason),
            "became": .string(fate), "not_followed_since": notFollowedSince.map { .string(zone.text($0)) } ?? .null,
            "renewals": .integer(command.renewals.count), "renewals_rejected": .integer(command.renewals.rejected),
            "renewals_expired": .integer(command.renewals.expired), "line": place.map(JSON.string) ?? .null,
        ])
    }
}
