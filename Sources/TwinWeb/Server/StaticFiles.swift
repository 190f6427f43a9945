import Foundation
import Hummingbird

/// The files that pages load: our own, which are in the program, and drawing libraries of the distribution, which are read
/// once at the start. No request opens a file.
public struct StaticFiles: Sendable {
    /// A library that is not there, and the package that has it.
    public struct Missing: Error, CustomStringConvertible {
        public var description: String
    }

    private struct File: Sendable {
        var bytes: [UInt8]
        var type: String
    }

    private static let libraries = [
        (name: "d3.js", path: "/usr/share/nodejs/d3/dist/d3.min.js", package: "node-d3"),
        (name: "d3-sankey.js", path: "/usr/share/nodejs/d3-sankey/dist/d3-sankey.js", package: "node-d3"),
        (name: "dygraph.js", path: "/usr/share/javascript/dygraphs/dygraph.min.js", package: "libjs-dygraphs"),
        (name: "dygraph.css", path: "/usr/share/javascript/dygraphs/dygraph.css", package: "libjs-dygraphs"),
    ]

    private var files: [String: File] = [:]

    /// - Throws: `Missing` where a library of the distribution is not there.
    public init() throws {
        for (name, bytes) in EmbeddedFiles.all { files[name] = File(bytes: bytes, type: StaticFiles.type(of: name)) }
        for library in StaticFiles.libraries {
            guard let data = FileManager.default.contents(atPath: library.path) else {
                throw Missing(
                    description: "\(library.path) is missing, which the pages draw with; install it: apt-get install"
                        + " \(library.package) (make setup does)")
            }
            files[library.name] = File(bytes: Array(data), type: StaticFiles.type(of: library.name))
        }
    }

    private static func type(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "json": "application/json; charset=utf-8"
        default: "application/octet-stream"
        }
    }

    func response(_ name: String) throws -> Response {
        guard let file = files[name] else { throw WebError.notFound("there is no such file") }
        var response = Response.of(file.bytes, file.type)
        // A page of another build brings other files under the same names.
        response.headers[.cacheControl] = "no-cache"
        return response
    }
}
