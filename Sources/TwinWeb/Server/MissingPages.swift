import HTTPTypes
import Hummingbird
import TwinCore
import TwinReports

/// Tells who opens a page that is not there so in a page, with the way to those that are. Programs, and whoever asks for
/// data, get the one shape of errors.
struct MissingPages: RouterMiddleware {
    let source: PageSource

    @concurrent func handle(
        _ request: Request, context: PageContext, next: @concurrent (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch {
            guard MissingPages.isMissing(error), MissingPages.looksForPage(request) else { throw error }
            let page = MissingPage(address: String(request.uri.path.prefix(200)))
            return .html(PageShell.html(page, source, context, words: page.words), status: .notFound)
        }
    }

    private static func isMissing(_ error: any Error) -> Bool {
        (error as? WebError)?.status == 404 || (error as? HTTPError)?.status == .notFound
    }

    private static func looksForPage(_ request: Request) -> Bool {
        let path = request.uri.path
        return (request.method == .get || request.method == .head) && !path.hasSuffix(".json")
            && !path.hasPrefix("/files/") && request.headers[.accept]?.lowercased().contains("text/html") == true
    }
}

/// What stands where no page is.
private struct MissingPage: Page {
    var address: String
    let name = "missing"
    let title = "There is no such page"
    var isListed: Bool { false }

    var words: String {
        """
        <p>Nothing is at <code>\(HTML.escaped(address))</code>. Look whether the address is spelt right, take a page
        from the line at the top, or begin with <a href="/">\(HTML.escaped(Pages.all[0].title))</a>.</p>
        """
    }

    func json(_ ask: PageAsk) throws -> JSON { throw WebError.notFound("there is no such page") }
}
