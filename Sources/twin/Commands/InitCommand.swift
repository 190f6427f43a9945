import ArgumentParser
import Foundation
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinRuntime

/// `twin init`: the smallest site that works, to begin one's own from.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write the smallest site that works: one grid meter, one gas meter, one line.",
        usage: "twin init [<options>] <folder>",
        discussion: """
            The folder gets a commented configuration and two hours of example messages. It must be \
            new or empty.

            EXAMPLES
              twin init twin-config/mysite
              twin init twin-config/ulsan --time-zone Asia/Seoul
            """)

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    @Argument(help: "Configuration folder to write.")
    var folder: String

    @Option(help: "Site id; default the folder's name.")
    var site: String?

    @Option(help: "Time zone as the zone database names it.")
    var timeZone = "Europe/London"

    func run() throws {
        let starter = StarterSite(site: try siteID(), timeZone: timeZone)
        guard LocalZone(database: timeZone) != nil else {
            let near = LocalZone.nearestName(timeZone).map { "did you mean \($0)?" } ?? "write one like Asia/Tokyo"
            throw Failure("--time-zone \(quoted(timeZone)) is not in the zone database; \(near)", exitCode: 2)
        }
        try makeFolder()
        let example = starter.example.joined(separator: "\n") + "\n"
        let files = starter.files + [(name: StarterSite.exampleName, text: example)]
        for file in files { try WholeFile.write(Array(file.text.utf8), to: "\(folder)/\(file.name)") }
        say(starter, files.map(\.name))
    }

    private func siteID() throws -> String {
        let name = site ?? URL(fileURLWithPath: folder).lastPathComponent.lowercased()
        guard Topic.isAssetID(name) else {
            throw Failure(
                "\(quoted(name)) is no site id: lower-case letters, digits and hyphens, 64 at most; name one with --site",
                exitCode: 2)
        }
        return name
    }

    private func makeFolder() throws {
        let files = FileManager.default
        if files.fileExists(atPath: folder) {
            let names = try? files.contentsOfDirectory(atPath: folder)  // nil: a file, or one that we may not look at
            guard names?.isEmpty == true else {
                throw Failure("\(folder): is not an empty folder; nothing was written, name a new one", exitCode: 73)
            }
            return
        }
        let parent = URL(fileURLWithPath: folder).deletingLastPathComponent().path
        guard files.fileExists(atPath: parent) else {
            throw Failure("\(folder): cannot be created, folder \(parent) does not exist", exitCode: 73)
        }
        do { try files.createDirectory(atPath: folder, withIntermediateDirectories: false) } catch {
            throw Failure("\(folder): cannot be created (\(error.systemWords))", exitCode: 73)
        }
    }

    private func say(_ starter: StarterSite, _ names: [String]) {
        let messages = starter.messages(time: "'\"$(date -u +%FT%TZ)\"'")
        if json {
            StandardOutput.write(
                JSON.fields([
                    "schema": .string("init/1"), "folder": .string(folder), "site": .string(starter.site),
                    "files": .array(names.map(JSON.string)), "topics": .array(messages.map { .string($0.topic) }),
                ]))
            return
        }
        StandardOutput.write("wrote \(folder): \(names.joined(separator: ", "))")
        StandardOutput.write("")
        StandardOutput.write("A first figure:")
        StandardOutput.write("  twin validate \(folder)")
        StandardOutput.write("  twin replay \(folder)/\(StarterSite.exampleName) --config \(folder)")
        StandardOutput.write("")
        StandardOutput.write("Live, with your broker:")
        StandardOutput.write("  twin run --config \(folder) --broker mqtt://127.0.0.1:1883")
        for message in messages { StandardOutput.write("  mosquitto_pub -t \(message.topic) -m '\(message.payload)'") }
        StandardOutput.write("")
        StandardOutput.write("Then put your topics into \(folder)/signals.yaml and your numbers into the others.")
    }
}
