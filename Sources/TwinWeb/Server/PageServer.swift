import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import TwinConfiguration
import TwinCore

/// Serves the pages and their data.
public struct PageServer: Sendable {
    let source: PageSource
    /// Smaller in tests that wait for them.
    var limits = ServerLimits()
    private let files: StaticFiles
    let threads = QueryThreads()
    private let access: Access
    private let audit: AuditLog
    private let alarms: AlarmBook
    private let meter = ServerMeter(known: HealthRoutes.names.union(Pages.all.map(\.name)))

    public init(_ source: PageSource, rules: AccessRules = AccessRules()) throws {
        self.source = source
        files = try StaticFiles()
        source.feed?.learn(source.config)
        access = Access(rules)
        audit = AuditLog(rules.auditFile, onTrouble: rules.onTrouble)
        alarms = AlarmBook(audit, feed: source.feed, goesOn: rules.goesOn)
    }

    /// Serves until the task is cancelled.
    /// - Parameter onOpen: told the port once connections are taken.
    public func run(at address: ListenAddress, onOpen: @escaping @Sendable (Int) -> Void) async throws {
        var logger = Logger(label: "pages")
        logger.logLevel = .critical
        let (limits, open) = (limits, OpenConnections())
        let application = Application(
            router: router(at: address.host),
            server: HTTPServerBuilder { responder in
                GuardedChannel(limits: limits, responder: responder, open: open)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
            onServerRunning: { channel in onOpen(channel.localAddress?.port ?? address.port) },
            logger: logger)
        try await application.run()
    }

    /// - Parameter host: where it listens.
    func router(at host: String? = nil) -> Router<PageContext> {
        let router = Router(context: PageContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: CountedAnswers(meter: meter))
        router.add(middleware: SafeHeaders())
        router.add(middleware: ErrorAnswers(trouble: TroubleLog(access.rules.onTrouble)))
        router.add(middleware: HostCheck(access.rules.hosts + (host.map { [$0] } ?? [])))
        router.add(middleware: RequestRate(limits, access.rules))
        // Without middleware, to learn the addresses.
        let bare = Router(context: PageContext.self)
        addRoutes(to: bare)
        router.add(middleware: VisitorCheck(access: access, addresses: KnownAddresses(bare)))
        router.add(middleware: MissingPages(source: source))
        addRoutes(to: router)
        return router
    }

    private func addRoutes(to router: Router<PageContext>) {
        router.get("files/:name") { [files] _, context in try files.response(context.parameters.require("name")) }
        HealthRoutes.add(source, meter, to: router)
        if let feed = source.feed {
            router.get("live") { [access] _, context in
                let cookies = context.cookies ?? Cookies([:])
                return LiveStream.response(feed, closed: context.closed) { access.mayListen(cookies) }
            }
            // Made of its own: the other one would hold a listener's place and never be read.
            router.head("live") { _, _ in Response(status: .ok, headers: [.contentType: "text/event-stream"]) }
            router.get("live.json") { _, _ in
                guard let snapshot = feed.snapshot else { throw source.noStepYet }
                return Response.json(bytes: snapshot)
            }
        }
        LoginRoutes(access: access, audit: audit).add(to: router)
        let actions = ActionRoutes(source: source, access: access, audit: audit, alarms: alarms, threads: threads)
        actions.add(to: router)
        DataRoutes(actions: actions).add(to: router)
        for page in Pages.all { add(page, to: router) }
        for download in Download.all { add(download, to: router) }
    }

    private func add(_ page: any Page, to router: Router<PageContext>) {
        let isFirst = page.name == Pages.all[0].name
        for path in isFirst ? ["", page.name] : [page.name, "\(page.name)/**"] {
            router.get(RouterPath(path)) { request, context in try await answer(page, request, context) }
        }
        router.get(RouterPath("\(page.name).json")) { request, context in try await answer(page, request, context) }
    }

    /// A path that ends in `.json` is answered with the data, any other with the page.
    private func answer(_ page: any Page, _ request: Request, _ context: PageContext) async throws -> Response {
        var path = request.uri.path.split(separator: "/").dropFirst().map { $0.removingPercentEncoding ?? "" }
        let isData = request.uri.path.hasSuffix(".json")
        if isData, let last = path.popLast() { path.append(String(last.dropLast(5))) }
        guard path.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 256 }) else {
            throw WebError.notFound("there is no such page")
        }
        guard isData else {
            return .html(PageShell.html(page, path: path, source, context))
        }
        var query: [String: String] = [:]
        for (key, value) in request.uri.queryParameters { query[String(key)] = String(value) }
        let ask = PageAsk(
            source: source, visitor: context.visitor, path: path, query: query, deeds: alarms.now,
            isGuarded: context.isGuarded, wall: access.rules.wallNow())
        let bytes = try await threads.run { Array(try page.json(ask).printableLine.utf8) }
        return .json(bytes: bytes)
    }
}
