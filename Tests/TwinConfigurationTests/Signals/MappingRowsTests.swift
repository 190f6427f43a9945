import Testing
import TwinConfiguration
import TwinTesting

@Suite("Rows that are added to a mapping")
struct MappingRowsTests {
    private static let row = "- topic: x\n  signals: []\n"

    @Test("take the depth of those that are there")
    func depth() {
        let rows = MappingRows("      " + Self.row.replacing("\n  ", with: "\n        "))
        #expect(
            rows.added(to: "twin: signals/1\nsources:\n- topic: a\n")
                == "twin: signals/1\nsources:\n- topic: a\n- topic: x\n  signals: []\n")
        #expect(
            rows.added(to: "twin: signals/1\nsources:\n    # of old\n    - topic: a\n")
                == "twin: signals/1\nsources:\n    # of old\n    - topic: a\n    - topic: x\n      signals: []\n")
    }

    @Test("stand before the next key, and not behind blank lines")
    func place() {
        #expect(
            MappingRows(Self.row).added(to: "sources:\n  - topic: a\n\n\ntwin: signals/1\n")
                == "sources:\n  - topic: a\n  - topic: x\n    signals: []\n\n\ntwin: signals/1\n")
    }

    @Test("make a file where there is none, and come out of a whole one")
    func whole() {
        let file = MappingRows(Self.row).added(to: nil)
        #expect(file == "twin: signals/1\nsources:\n  - topic: x\n    signals: []\n")
        #expect(MappingRows(file.replacing("\n", with: "\r\n")).added(to: nil) == file)
        #expect(MappingRows(Self.row).added(to: "twin: signals/1\n") == "twin: signals/1\n")
    }
}
