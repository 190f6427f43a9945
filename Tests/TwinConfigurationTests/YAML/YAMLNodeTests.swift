import ProcessorTime
import Testing
import TwinConfiguration
import TwinCore

/// Problems of reading `text` with `read`, one a line.
private func found(_ text: String, _ read: (YAMLNode) -> Void = { _ in }) -> [String] {
    found(bytes: Array(text.utf8), read)
}

private func found(bytes: [UInt8], _ read: (YAMLNode) -> Void = { _ in }) -> [String] {
    let log = ProblemLog()
    if let root = YAMLNode.read(file: "t.yaml", bytes: bytes, log: log) { read(root) }
    return log.problems.list.map(\.description)
}

@Suite("Values of YAML files")
struct YAMLNodeTests {
    @Test("are read with their types")
    func types() throws {
        let text = """
            power: 12.5
            count: 3
            on_site: true
            name: "no"
            day: 2025-06-18
            start: "07:30"
            lasting: 90s
            mode: control
            list: [1, 2e1, -0.5]
            """
        let log = ProblemLog()
        let root = try #require(YAMLNode.read(file: "t.yaml", bytes: Array(text.utf8), log: log))
        let done: Bool? = root.fields { fields in
            #expect(fields.required("power")?.number(in: 0...100, "kW") == 12.5)
            #expect(fields.required("count")?.whole(in: 0...10, "things") == 3)
            #expect(fields.required("on_site")?.flag() == true)
            #expect(fields.required("name")?.text() == "no")
            #expect(fields.required("day")?.date() == CivilDate(year: 2025, month: 6, day: 18))
            #expect(fields.required("start")?.timeOfDay() == 27_000_000)
            #expect(fields.required("lasting")?.duration() == .seconds(90))
            #expect(fields.required("mode")?.choice(ControlMode.self) == .control)
            let list = fields.required("list")?.items(3...3)?.map { $0.number(in: -1...100, "kW") }
            #expect(list == [1, 20, -0.5])
            #expect(fields.optional("more") == nil)
            return true
        }
        #expect(done == true)
        #expect(log.isEmpty)
    }

    @Test("report line and column in literal numbers")
    func places() {
        let text = "a: 1\nbox:\n  b: x\n  wron: 2\n"
        let list = found(text) { root in
            let _: Bool? = root.fields { fields in
                _ = fields.required("a")?.number(in: 2...3, "kW")
                let _: Bool? = fields.required("box")?.fields { fields in
                    _ = fields.required("b")?.whole(in: 0...1, "things")
                    _ = fields.required("wrong")
                    _ = fields.required("c")
                    return true
                }
                return true
            }
        }
        #expect(
            list == [
                "t.yaml:1:4: error: a: 1 is not in 2...3 (kW); check the unit and the digits",
                "t.yaml:2:1: error: box: \"c\" is missing; add it",
                "t.yaml:3:6: error: box.b: expected a whole number (things), found \"x\"",
                "t.yaml:4:3: error: box.wron: unknown key; did you mean \"wrong\"?",
            ])
    }

    @Test("refuse what is no text file")
    func bytes() {
        #expect(found("") == ["t.yaml:1:1: error: the file is empty; a mapping of keys is expected"])
        #expect(
            found(bytes: Array("a: 1\nb: ".utf8) + [0xFF, 0x0A])
                == ["t.yaml:2:1: error: the line is not UTF-8 text; save the file as UTF-8"])
        #expect(found("a: 1\nb: \u{0}\n") == ["t.yaml:2:4: error: character U+0 is not text; delete it"])
        #expect(
            found(bytes: [UInt8](repeating: 0x23, count: YAMLNode.bytesMax + 1))
                == [
                    "t.yaml:1:1: error: the file has more than 1048576 bytes, which are the most that are read; split it"
                ])
        #expect(found("\u{FEFF}a: 1\r\nb: 2\r\n").isEmpty)
    }

    @Test("refuse deep nesting without falling over it")
    func depth() {
        let nested = String(repeating: "[", count: 20) + String(repeating: "]", count: 20)
        #expect(
            found("a: \(nested)\n") == [
                "t.yaml:1:20: error: a\(String(repeating: "[0]", count: 16)): nested deeper than 16 levels; "
                    + "write it flatter"
            ])
        // The parser itself gives up at a thousand levels.
        let abyss = found("a: " + String(repeating: "[", count: 500_000))
        #expect(abyss.count == 1)
        #expect(abyss.allSatisfy { $0.hasPrefix("t.yaml:1:") && $0.contains("not valid YAML") })
        #expect(found("a: " + String(repeating: "- ", count: 5000)).count == 1)
        // Too deep for us first, then for the parser.
        #expect(found(String(repeating: "? ", count: 5000)).count == 2)
    }

    // Copied, they would take hours and all memory; the limit is wall time, which other tests take their part of.
    @Test("refuse aliases of aliases before they are copied", .timeLimit(.minutes(15)))
    func laughs() {
        var text = "a0: &a0 [x, x]\n"
        for n in 1...60 { text += "a\(n): &a\(n) {? [*a\(n - 1), *a\(n - 1)] : 1}\n" }
        let list = found(text)
        // An anchored value is refused as a whole, and what is inside is passed over.
        #expect(list.count == 61)
        #expect(list.first == "t.yaml:1:5: error: a0: anchor \"&a0\" is not read; write the value out")
        #expect(found("a: [x, *b]\n") == ["t.yaml:1:8: error: a[1]: alias \"*b\" is not read; write the value out"])
    }

    @Test("tell every doubled key, quoted or not, in one go")
    func duplicates() {
        let list = found("a: 1\n'a': 2\nb: {c: 1, d: 2, c: 3}\n\"a\": 4\n")
        #expect(
            list == [
                "t.yaml:2:1: error: a: is written twice, first in line 1; keep one of them",
                "t.yaml:3:17: error: b.c: is written twice, first in line 3; keep one of them",
                "t.yaml:4:1: error: a: is written twice, first in line 1; keep one of them",
            ])
        #expect(
            found("'': 1\n'': 2\n") == ["t.yaml:2:1: error: is written twice, first in line 1; keep one of them"])
    }

    @Test("tell the first hundred problems and count the rest, in a time that grows with the file")
    func many() {
        let log = ProblemLog()
        let text = (0..<20_000).map { "a\($0 / 2): 1\n" }.joined()
        _ = YAMLNode.read(file: "t.yaml", bytes: Array(text.utf8), log: log)
        #expect(log.problems.list.count == 100 && log.problems.count == 10_000)
        #expect(log.problems.lines.last == "… and 9900 more problems")
        #expect(log.problems.list.last?.line == 200)
        func time(_ text: String) -> Duration {
            processorTime(tries: 1) {
                _ = found(text) { root in
                    let _: Bool? = root.fields { fields in fields.required("known") != nil }
                }
            }
        }
        // Half a second here; slower machines have room.
        let most = Duration.seconds(3)
        let full = 1_000_000
        for part in ["a: 1\n", "[a, b]: 1\n", "? {a: 1, a: 2}\n: 1\n", "- &a x\n", "- *a\n", "- {a: 1, a: 2}\n", "#\n"]
        {
            let count = full / part.utf8.count
            #expect(time(String(repeating: part, count: count)) < most, "\(part)")
        }
        #expect(time((0..<80_000).map { "key\($0): 1\n" }.joined()) < most)
        #expect(time("known: [" + String(repeating: "1,", count: 500_000) + "]\n") < most)
        #expect(time("known: \"" + String(repeating: "\\x41", count: 250_000) + "\"\n") < most)
    }

    @Test("refuse second documents, merges and keys that are lists")
    func documents() {
        #expect(found("a: 1\n---\nb: 2\n").count == 1)
        #expect(found("? [a, b]\n: 1\n") == ["t.yaml:1:3: error: a key must be text, not a list or mapping"])
        let list = found("<<: {b: 1}\n") { root in
            let _: Bool? = root.fields { fields in fields.optional("a") == nil }
        }
        #expect(list == ["t.yaml:1:1: error: <<: unknown key; known here: a"])
    }
}
