import Hummingbird
import TwinCore

/// Data beside the pages: a file to keep, or what a drawing asks for by itself.
struct Download: Sendable {
    /// Its address without the first slash.
    var path: String
    var type: String
    /// May read the store: it runs on a thread of its own.
    var bytes: @Sendable (PageAsk) throws -> [UInt8]

    static let all: [Download] =
        [
            Download(path: "series.json", type: "application/json; charset=utf-8") { try SeriesData.json($0).bytes },
            Download(path: "energy.csv", type: csv, bytes: EnergyPage.csv),
        ] + CO2Page.downloads

    static let csv = "text/csv; charset=utf-8"

    /// To be kept under its own name, where it is no data of a page.
    var fileName: String? {
        type.hasPrefix("application/json") ? nil : path.split(separator: "/").last.map(String.init)
    }
}

extension PageServer {
    func add(_ download: Download, to router: Router<PageContext>) {
        router.get(RouterPath(download.path)) { request, context in
            var query: [String: String] = [:]
            for (key, value) in request.uri.queryParameters { query[String(key)] = String(value) }
            let ask = PageAsk(source: source, visitor: context.visitor, query: query)
            let bytes = try await threads.run { try download.bytes(ask) }
            var response = Response.of(bytes, download.type)
            if let name = download.fileName {
                response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
            }
            return response
        }
    }
}
