import HTTPTypes
import Hummingbird
import Synchronization
import TwinRuntime

/// What every answer carries: no script but our own files, no frame, no guess of a type, nothing kept by a cache.
struct SafeHeaders: RouterMiddleware {
    static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "font-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'",
    ].joined(separator: "; ")

    private static let always: [(HTTPField.Name?, String)] = [
        (HTTPField.Name("Content-Security-Policy"), policy), (HTTPField.Name("X-Content-Type-Options"), "nosniff"),
        (HTTPField.Name("Referrer-Policy"), "no-referrer"), (HTTPField.Name("X-Frame-Options"), "DENY"),
        (HTTPField.Name("Cross-Origin-Opener-Policy"), "same-origin"),
        (HTTPField.Name("Cross-Origin-Resource-Policy"), "same-origin"),
    ]

    @concurrent func handle(
        _ request: Request, context: PageContext, next: @concurrent (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in Self.always { if let name { response.headers[name] = value } }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}

/// Tells who runs the server what goes wrong in it; the same thing once a minute, however often it is asked for.
final class TroubleLog: Sendable {
    private let tellOn: @Sendable (String) -> Void
    private let told = Mutex<[String: ContinuousClock.Instant]>([:])
    private static let pause = Duration.seconds(60)
    private static let keptMax = 100

    init(_ tellOn: @escaping @Sendable (String) -> Void) { self.tellOn = tellOn }

    func tell(_ text: String) {
        let isNew = told.withLock { told in
            let now = ContinuousClock.now
            told = told.filter { now - $0.value < Self.pause }
            guard told[text] == nil, told.count < Self.keptMax else { return false }
            told[text] = now
            return true
        }
        if isNew { tellOn(text) }
    }
}

/// Turns what goes wrong into the one shape of errors. What is no error of ours says no more than that.
struct ErrorAnswers: RouterMiddleware {
    let trouble: TroubleLog

    @concurrent func handle(
        _ request: Request, context: PageContext, next: @concurrent (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as WebError {
            return .error(error)
        } catch let error as HTTPError {
            let status = Int(error.status.code)
            let text = status == 404 ? "there is no such page" : error.body ?? error.status.reasonPhrase
            return .error(WebError(status: status, code: status == 404 ? "not_found" : "refused", text: text))
        } catch let error as any HTTPResponseError {
            let status = Int(error.status.code)
            return .error(WebError(status: status, code: "refused", text: error.status.reasonPhrase))
        } catch let problem as any StoreTrouble {
            trouble.tell("\(problem)")
            return .error(.unavailable("the store cannot be read; the twin's log says why, and what mends it"))
        } catch {
            trouble.tell("\(request.uri.path.prefix(200).debugDescription) could not be answered: \(error)")
            return .error(WebError(status: 500, code: "internal", text: "this could not be answered; the log says why"))
        }
    }
}
