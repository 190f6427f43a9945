/// A run goes on with another configuration: `{"config":{"hash":…,"was":…,"files":[…],"note":…}}`.
public struct ConfigurationChange: Sendable, Hashable {
    /// `sha256:…` of the new files, and of those before.
    public var hash: String
    public var was: String
    /// Names of the files that differ.
    public var files: [String]
    /// What an operator should know of it: assets that are gone with an open command or a charging car.
    public var note: String?

    public init(hash: String, was: String, files: [String], note: String? = nil) {
        self.hash = hash
        self.was = was
        self.files = files
        self.note = note
    }

    public init(_ json: JSON) throws(LineFailure) {
        func hash(_ key: String) throws(LineFailure) -> String {
            guard let text = json[key]?.text, ConfigurationChange.isHash(text) else {
                throw LineFailure(
                    reason: .wrongType, text: "\"config\" needs \"\(key)\" as sha256: and 64 lower-case hex digits")
            }
            return text
        }
        self.init(
            hash: try hash("hash"), was: try hash("was"), files: (json["files"]?.items ?? []).compactMap(\.text),
            note: json["note"]?.text)
    }

    public var json: JSON {
        .object(
            [
                .init("hash", .string(hash)), .init("was", .string(was)),
                .init("files", .array(files.map(JSON.string))),
            ] + (note.map { [.init("note", .string($0))] } ?? []))
    }

    /// A hash becomes the name of a folder, so nothing else may pass.
    public static func isHash(_ text: String) -> Bool {
        text.hasPrefix("sha256:") && text.utf8.count == 71
            && text.utf8.dropFirst(7).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
