import Synchronization
import Testing
import TwinCore

@testable import TwinRuntime

@Suite("Topics of a recording")
struct FileSourcesTests {
    private func arrival(_ payload: String) -> Arrival {
        Arrival(t: PlantTime(ms: 0), topic: "t", payload: Array(payload.utf8))
    }

    private func asset(_ sources: inout FileSources, _ topic: String) -> String? {
        let place = sources.place(of: topic)
        guard case .line(let asset, _) = sources.part(place) else { return nil }
        return asset
    }

    @Test("each is taken apart once; a flood of them is forgotten, and what is too long is taken for nothing")
    func topics() {
        let asked = Mutex(0)
        var sources = FileSources { topic in
            asked.withLock { $0 += 1 }
            return FileSource(topic, .line(asset: topic, kind: .vehicle))
        }
        for topic in ["a", "b", "c", "a", "c", "b", "b", "a", "b"] {
            let found = asset(&sources, topic)
            #expect(found == topic)
        }
        #expect(asked.withLock { $0 } == 3)
        for number in 0..<(2 * FileSources.knownMax + 7) where asset(&sources, "flood-\(number)") != "flood-\(number)" {
            Issue.record("topic \(number)")
        }
        for topic in ["b", "a", "b"] {
            let found = asset(&sources, topic)
            #expect(found == topic)
        }
        let long = asset(&sources, String(repeating: "x", count: 300))
        #expect(long == "")
    }

    @Test("tells the numbers of a message that can be used, and nothing of a broken one")
    func numbers() {
        var sources = FileSources { FileSource($0, .weather(isMast: true), keys: ["a", "b"]) }
        let place = sources.place(of: "t")
        let first = sources.read(arrival(#"{"b":-2.5,"c":7,"a":1}"#), at: place)
        #expect(first != nil)
        #expect(sources.numbers == [1, -2.5])
        let second = sources.read(arrival(#"{"b":"x", "a":1e7}"#), at: place)
        #expect(second != nil)
        #expect(sources.numbers == [nil, nil])
        let broken = sources.read(arrival(#"{"b":1"#), at: place)
        #expect(broken == nil)
    }
}
