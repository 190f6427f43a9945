import Testing
import TwinCore

@Suite("Production plan by model")
struct ModelMixTests {
    private let mix = ModelMix([
        .init("leaf", share: 0.25, isElectric: true), .init("qashqai", share: 0.5, isElectric: false),
        .init("micra", share: 0.125, isElectric: true), .init("juke", share: 0.125, isElectric: false),
    ])

    @Test("draws each model over its share of 0..<1")
    func draws() {
        let drawn = [0, 0.2499, 0.25, 0.7499, 0.75, 0.8749, 0.875, 0.9999].map { mix.model(at: $0).id }
        #expect(drawn == ["leaf", "leaf", "qashqai", "qashqai", "micra", "micra", "juke", "juke"])
    }

    @Test("what rounding leaves goes to the largest share, never to a model that is not built")
    func rounding() {
        let thirds = ModelMix([
            .init("a", share: 0.333333, isElectric: false), .init("b", share: 0.333334, isElectric: false),
            .init("c", share: 0.333332, isElectric: false), .init("none", share: 0, isElectric: true),
        ])
        #expect(thirds.model(at: 0.9999995).id == "b")
        #expect(thirds.electricShare == 0)
    }

    @Test("a vehicle is electric as planned, and in part where its model is not known")
    func electric() {
        // 0.25 + 0.125
        #expect(mix.electricShare == 0.375)
        #expect(["leaf", "micra", "qashqai", "juke"].map { mix.electricPart(of: $0) } == [1, 1, 0, 0])
        #expect(mix.electricPart(of: nil) == 0.375)
        #expect(mix.electricPart(of: "ariya") == 0.375)
    }
}
