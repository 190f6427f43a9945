import Testing
import TwinConfiguration
import TwinCore
import TwinTesting

@Suite("Mutated configurations")
struct ConfigurationFuzzTests {
    private static let scraps = [
        "{", "}", "[", "]", ":", "- ", "\t", "&a ", "*a", "!x ", "\"", "'", "#", "|", ">", "? ", "%", "-1", "1e400",
        ".nan", "99999999999999999999", "0", "\u{0}", "é", "\u{2028}", "---", "<<: ", "no", "",
    ]

    private static func mutate(_ lines: inout [String], _ numbers: inout SeedStream) {
        guard !lines.isEmpty else { return }
        let index = Int.random(in: lines.indices, using: &numbers)
        let scrap = scraps.randomElement(using: &numbers) ?? ""
        var letters = Array(lines[index])
        switch Int.random(in: 0..<8, using: &numbers) {
        case 0: lines.remove(at: index)
        case 1: lines.insert(lines[index], at: Int.random(in: 0...lines.count, using: &numbers))
        case 2: lines.swapAt(index, Int.random(in: lines.indices, using: &numbers))
        case 3: lines[index] = String(letters.prefix(Int.random(in: 0...letters.count, using: &numbers)))
        case 4: lines[index] = String(repeating: " ", count: Int.random(in: 0...9, using: &numbers)) + lines[index]
        case 5: lines[index] = String(letters.drop { $0 == " " })
        case 6:
            letters.insert(contentsOf: scrap, at: Int.random(in: 0...letters.count, using: &numbers))
            lines[index] = String(letters)
        default:
            guard !letters.isEmpty else { return }
            let first = Int.random(in: letters.indices, using: &numbers)
            let last = min(letters.count, first + Int.random(in: 1...6, using: &numbers))
            letters.replaceSubrange(first..<last, with: scrap)
            lines[index] = String(letters)
        }
    }

    @Test("load, or name lines that are there", arguments: 1...100)
    func mutation(seed: Int) throws {
        var numbers = SeedStream(seed: UInt64(seed))
        var files = try Repository.configFiles() + Repository.historyFiles()
        for _ in 0..<Int.random(in: 1...4, using: &numbers) {
            let index = Int.random(in: files.indices, using: &numbers)
            var lines = files[index].text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            mutate(&lines)
            files[index].text = lines.joined(separator: "\n")
        }
        func mutate(_ lines: inout [String]) { Self.mutate(&lines, &numbers) }
        do {
            _ = try SiteConfig(files)
        } catch {
            #expect(!error.list.isEmpty)
            for problem in error.list {
                let text = try #require(files.first { $0.name == problem.file }?.text)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
                #expect((1...max(1, lines)).contains(problem.line), "\(problem)")
                #expect(problem.column >= 1 && !problem.text.isEmpty && !problem.text.contains("\n"), "\(problem)")
            }
        }
    }
}
