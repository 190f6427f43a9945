import ArgumentParser
import TwinConfiguration
import TwinRuntime
import TwinWeb

/// `twin serve`: the pages over a store.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the pages over a store, without a run.",
        usage: "twin serve [--store <store>] [--listen <listen>] [<options>]",
        discussion: """
            EXAMPLES
              twin serve --store twin.sqlite
              twin serve --store years.sqlite --listen 127.0.0.1:9000
              twin serve --listen 0.0.0.0:8080 --host twin.plant.example

            What is live stands still: it shows what the store holds. A twin that runs serves
            its own pages: twin run --listen 127.0.0.1:8080. Where other machines can reach it,
            somebody must log in: twin user add.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: "Where, such as 127.0.0.1:8080; port 0 takes a free one.")
    var listen = "127.0.0.1:8080"

    @OptionGroup var access: AccessOptions

    @Option(name: .customLong("results"), help: "Folder with results of studies; may be repeated.")
    var results: [String] = []

    func run() async throws {
        Terminal.catchSignals()
        guard let address = ListenAddress(listen) else {
            throw Failure("--listen \(quoted(listen)) is no address; write one like 127.0.0.1:8080", exitCode: 2)
        }
        let rules = try access.rules(store: store, at: address)
        let books = try openToRead(store)
        let config = try common.load(from: books, at: store)
        var source = PageSource(config: config, build: Build.words, store: { books })
        source.resultFolders = ResultFolders.all(named: results, store: store)
        let pages = try ServedPages(source, rules, at: address)
        try await pages.untilStopped()
        try Terminal.exitIfInterrupted()
    }
}
