import ArgumentParser
import Foundation
import Synchronization
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinStore
import TwinWeb

/// Who may reach the pages.
struct AccessOptions: ParsableArguments {
    @Option(help: "Who may log in, as twin user writes it; default beside the store.")
    var users: String?

    @Option(name: .customLong("host"), help: "A name that the pages answer under too; may be repeated.")
    var hosts: [String] = []

    @Flag(help: "A proxy that ends TLS stands before it: cookies are secure, and somebody must log in.")
    var behindTls = false

    /// - Parameters:
    ///   - store: what people do is kept beside it; nil keeps it in memory.
    ///   - goesOn: what was acknowledged before holds on.
    /// - Throws: 78 where others could reach the pages and nobody could log in.
    func rules(store: String?, goesOn: Bool = true, at address: ListenAddress) throws -> AccessRules {
        var rules = AccessRules(store: store, users: users)
        rules.hosts = hosts
        rules.isBehindTLS = behindTls
        rules.goesOn = goesOn
        rules.onTrouble = { Terminal.say("twin: pages: \($0)", .twinTrouble) }
        if let why = rules.refusal(of: address) {
            throw Failure("the pages are not served: \(why)", exitCode: 78)
        }
        return rules
    }
}

/// Where the pages are served, for commands that may serve them.
struct PageOptions: ParsableArguments {
    @OptionGroup var access: AccessOptions

    @Option(help: "Serve the pages there, such as 127.0.0.1:8080; port 0 takes a free one.")
    var listen: String?

    @Option(name: .customLong("results"), help: "With --listen: folder with results of studies; may be repeated.")
    var results: [String] = []

    /// Where results lie: the store's folder, and those that are named.
    func resultFolders(store: String?) -> [String] { ResultFolders.all(named: results, store: store) }

    /// Nil where nothing shall be served.
    func address() throws -> ListenAddress? {
        guard let listen else { return nil }
        guard let address = ListenAddress(listen) else {
            throw Failure("--listen \(quoted(listen)) is no address; write one like 127.0.0.1:8080", exitCode: 2)
        }
        return address
    }
}

/// Where results of studies lie.
enum ResultFolders {
    /// - Parameter store: its folder comes first; nil where none is kept.
    static func all(named: [String], store: String?) -> [String] {
        let beside = store.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        return ([beside].compactMap(\.self) + named).reduce(into: []) { all, folder in
            if !all.contains(folder) { all.append(folder) }
        }
    }
}

/// The pages while a command runs.
struct ServedPages {
    private let task: Task<Void, any Error>

    /// Begins to serve; the address is said once it is open.
    init(_ source: PageSource, _ rules: AccessRules, at address: ListenAddress) throws {
        let server: PageServer
        do { server = try PageServer(source, rules: rules) } catch let missing as StaticFiles.Missing {
            throw Failure(missing.description, exitCode: 69)
        }
        task = Task.detached {
            do {
                try await server.run(at: address) { port in
                    Terminal.say("twin: pages at \(address.url(port: port))")
                }
            } catch {
                guard !Task.isCancelled else { return }
                Terminal.say("twin: no pages at \(address.host):\(address.port): \(Self.why(error))")
                throw Failure("", exitCode: 73)
            }
        }
    }

    func stop() { task.cancel() }

    /// Why an address cannot be listened on, by the numbers of `errno.h`.
    private static func why(_ error: any Error) -> String {
        let known = [
            (EADDRINUSE, "another program listens there; name another port, or 0 for a free one"),
            (EADDRNOTAVAIL, "this machine has no such address; 0.0.0.0 is all that it has"),
            (EACCES, "a port below 1024 needs a right of its own; name a higher one"),
        ]
        let text = "\(error)"
        return known.first { text.contains("errno: \($0.0))") }?.1 ?? text
    }

    /// Waits until it is stopped, by Ctrl-C or by an error.
    func untilStopped() async throws {
        let task = task
        try await withThrowingTaskGroup(of: Void.self) { group in
            // It ends by itself only where it cannot listen.
            group.addTask { try await task.value }
            group.addTask {
                while !Terminal.isStopped { try await Task.sleep(for: .milliseconds(100)) }
                task.cancel()
            }
            try await group.next()
            group.cancelAll()
        }
        try await task.value
    }
}

/// A store as pages see it: opened when first asked for, and kept. Its writer is another connection.
final class PageStore: Sendable {
    private let path: String
    private let opened = Mutex<(any StoreReading)?>(nil)

    init(_ path: String) { self.path = path }

    func get() throws -> (any StoreReading)? {
        try opened.withLock { store in
            if store == nil { store = try openStore(path, mustExist: true) }
            return store
        }
    }
}
