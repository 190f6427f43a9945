import Testing

@testable import TwinConfiguration

/// A register in cubic metres over a change of the calorific value: 11 kWh a cubic metre, then 12.
@Suite("A gas register")
struct GasRegisterTests {
    @Test("keeps what it counted before at the value that it had then")
    func change() {
        var register = GasRegister(84_000, kWh: 84_000 * 11, kWhPerM3: 11)
        func told(_ reading: Double, _ kWhPerM3: Double) -> Double {
            register.take(reading, kWhPerM3: kWhPerM3) { $0 * kWhPerM3 }
        }
        #expect(told(84_010, 11) == 84_010 * 11)
        // 10 m3 at 12 kWh more than before, and no leap by 84,000.
        #expect(told(84_020, 12) == 84_010 * 11 + 120)
        #expect(told(84_030, 12) == 84_010 * 11 + 240)
        #expect(told(84_040, 11) == 84_010 * 11 + 350)
    }
}
