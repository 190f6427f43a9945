import Foundation
import TwinCore
import TwinTesting

/// What the tests look up in a printed summary.
enum Summary {
    /// The one JSON object that `text` is; throws when there is more, or less.
    static func one(in text: String) throws -> JSON {
        guard text.last == "\n", text.count(where: { $0 == "\n" }) == 1 else {
            throw Trouble("standard output is not one line:\n\(text)")
        }
        let json = try JSONReader.read(Array(text.utf8.dropLast()))
        guard json["schema"]?.text == "summary/1" else { throw Trouble("no summary:\n\(text)") }
        return json
    }

    /// A summary without what the clock on the wall decides, and without what a report or the replay of a journal alone
    /// tells.
    static func timeless(_ summary: JSON) -> JSON {
        .object(
            (summary.members ?? []).filter {
                !["wall_s", "configurations", "chain"].contains($0.key)
            })
    }
}

extension JSON {
    var digest: String { self["digest"]?.text ?? "none" }

    /// A whole number under a key, or under a key of an object.
    func count(_ key: String, _ inner: String? = nil) -> Int {
        let value = inner.flatMap { self[key]?[$0] } ?? (inner == nil ? self[key] : nil)
        return value?.integer.map(Int.init) ?? -1
    }
}
