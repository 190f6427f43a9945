package import Foundation
package import TwinCore

/// The part of JSON Schema (draft 4 to 7) that published schemas of footprints use. A keyword that it does not know is an
/// error, not silence.
package struct JSONSchema {
    private let root: JSON

    package init(_ file: URL) throws { root = try JSONReader.read(Array(Data(contentsOf: file))) }

    /// What of `json` does not fit, and which members the schema does not name; empty when it is valid.
    package func problems(_ json: JSON) throws -> [String] { try problems(json, root, at: "$") }

    private static let words: Set<String> = ["description", "definitions", "exclusiveMinimum", "type", "properties"]

    private func problems(_ json: JSON, _ schema: JSON, at path: String) throws -> [String] {
        var found: [String] = []
        for keyword in schema.members ?? [] where !JSONSchema.words.contains(keyword.key) {
            found += try problems(json, keyword.key, keyword.value, schema, at: path)
        }
        if let type = schema["type"]?.text, !isType(type, json) { found.append("\(path): is no \(type)") }
        if let named = schema["properties"]?.members {
            for member in json.members ?? [] {
                guard let property = named.first(where: { $0.key == member.key }) else {
                    // A schema without any names says nothing about them.
                    if !named.isEmpty { found.append("\(path).\(member.key): the schema has no such member") }
                    continue
                }
                found += try problems(member.value, property.value, at: "\(path).\(member.key)")
            }
        }
        return found
    }

    private func problems(
        _ json: JSON, _ keyword: String, _ value: JSON, _ schema: JSON, at path: String
    ) throws -> [String] {
        func holds(_ isTrue: Bool) -> [String] { isTrue ? [] : ["\(path): \(keyword) \(value.line.prefix(200))"] }
        func fits(_ schema: JSON) throws -> Bool { try problems(json, schema, at: path).isEmpty }
        switch keyword {
        case "$ref": return try problems(json, definition(value), at: path)
        case "enum": return holds(value.items?.contains(json) == true)
        case "required":
            let names = value.items?.compactMap(\.text) ?? []
            return names.filter { json.members != nil && json[$0] == nil }.map { "\(path).\($0): is missing" }
        case "items":
            return try (json.items ?? []).enumerated().flatMap { try problems($1, value, at: "\(path)[\($0)]") }
        case "minItems": return holds((json.items?.count ?? .max) >= value.integer ?? 0)
        case "uniqueItems": return holds(json.items.map { Set($0).count == $0.count } ?? true)
        case "minLength": return holds((json.text?.count ?? .max) >= value.integer ?? 0)
        case "pattern":
            let pattern = try Regex(value.text ?? "")
            return try holds(json.text.map { try pattern.firstMatch(in: $0) != nil } ?? true)
        case "format": return try holds(json.text.map { try isFormat(value.text ?? "", $0) } ?? true)
        case "minimum":
            guard let number = json.double, let low = value.double else { return [] }
            return holds(schema["exclusiveMinimum"]?.bool == true ? number > low : number >= low)
        case "maximum": return holds((json.double ?? -.infinity) <= value.double ?? 0)
        case "oneOf": return try holds((value.items ?? []).filter { try fits($0) }.count == 1)
        case "anyOf": return try holds((value.items ?? []).contains { try fits($0) })
        case "not": return try holds(!fits(value))
        default: throw Trouble("\(path): a schema with \(keyword), which is not known here")
        }
    }

    private func definition(_ reference: JSON) throws -> JSON {
        let name = reference.text?.split(separator: "/").last.map(String.init) ?? ""
        guard reference.text == "#/definitions/\(name)", let found = root["definitions"]?[name] else {
            throw Trouble("no definition \(reference.line)")
        }
        return found
    }

    private func isFormat(_ format: String, _ text: String) throws -> Bool {
        switch format {
        case "uuid": text.count == 36 && UUID(uuidString: text) != nil
        case "date-time": PlantTime(rfc3339: text) != nil
        case "uri": URL(string: text)?.scheme != nil
        default: throw Trouble("format \(format), which is not known here")
        }
    }

    private func isType(_ name: String, _ json: JSON) -> Bool {
        switch (name, json) {
        case ("object", .object), ("array", .array), ("string", .string), ("number", .number), ("boolean", .bool),
            ("null", .null):
            true
        default: false
        }
    }
}
