import Testing
import TwinUnits

@Suite("Units")
struct UnitsTests {
    @Test("multiplies energy and factor exactly")
    func exactProduct() {
        // 1 kWh x 177,000,000 ug/kWh.
        let energy = Energy(wattSeconds: 3_600_000)
        #expect((energy * EmissionFactor(microgramsPerKWh: 177_000_000)).micrograms == 177_000_000)
        // 1 GWh x 0.28307 kg/kWh = 283,070 kg: at full width, beyond 2^53 ug x Ws.
        let gigawattHour = Energy(wattSeconds: 3_600_000_000_000)
        #expect((gigawattHour * EmissionFactor(kilogramsPerKWh: 0.28307)).micrograms == 283_070_000_000_000)
        #expect((-energy * EmissionFactor(microgramsPerKWh: 7)).micrograms == -7)
    }

    /// 1 Ws x f ug/kWh = f / 3,600,000 ug.
    @Test(
        "rounds the product half to even",
        arguments: [
            (1_799_999, 0), (1_800_000, 0), (1_800_001, 1), (3_600_000, 1), (5_399_999, 1), (5_400_000, 2),
            (5_400_001, 2), (9_000_000, 2), (9_000_001, 3), (12_600_000, 4),
        ] as [(Int64, Int64)])
    func halfToEven(factor: Int64, micrograms: Int64) {
        let factor = EmissionFactor(microgramsPerKWh: factor)
        #expect((Energy(wattSeconds: 1) * factor).micrograms == micrograms)
        #expect((Energy(wattSeconds: -1) * factor).micrograms == -micrograms)
    }

    @Test("holds results inside Int64 and never traps")
    func saturation() {
        let most = Energy(wattSeconds: .max)
        let least = Energy(wattSeconds: .min)
        #expect(most + Energy(wattSeconds: 1) == most)
        #expect(least - Energy(wattSeconds: 1) == least)
        #expect(least + least == least)
        #expect(-least == most)
        #expect((most * EmissionFactor(microgramsPerKWh: .max)).micrograms == .max)
        #expect((least * EmissionFactor(microgramsPerKWh: .max)).micrograms == .min)
        #expect((least * EmissionFactor(microgramsPerKWh: .min)).micrograms == .max)
        #expect(Emissions(micrograms: .max) + Emissions(micrograms: 1) == Emissions(micrograms: .max))
        #expect(Emissions(micrograms: .min) - Emissions(micrograms: 1) == Emissions(micrograms: .min))
        #expect(EmissionFactor(kilogramsPerKWh: 1e300).microgramsPerKWh == .max)
        #expect(EmissionFactor(gramsPerKWh: -.infinity).microgramsPerKWh == .min)
        #expect(EmissionFactor(gramsPerKWh: .nan).microgramsPerKWh == 0)
        #expect(Energy(roundingWattSeconds: .nan) == .zero)
        #expect(Energy(roundingWattSeconds: .infinity) == most)
        #expect(Energy(roundingWattSeconds: -1e19) == least)
        #expect(Energy(roundingWattSeconds: 9.3e18) == most)
    }

    @Test("rounds power held over time to the watt-second, half to even")
    func powerToEnergy() {
        // kW x ms = Ws.
        #expect(Power(kilowatts: 412.3).energy(milliseconds: 60_000).wattSeconds == 24_738_000)
        #expect(Power(kilowatts: 0.5).energy(milliseconds: 1).wattSeconds == 0)
        #expect(Power(kilowatts: 0.5).energy(milliseconds: 3).wattSeconds == 2)
        #expect(Power(kilowatts: 0.5).energy(milliseconds: 5).wattSeconds == 2)
        #expect(Power(kilowatts: -0.5).energy(milliseconds: 3).wattSeconds == -2)
        #expect(Power(kilowatts: 0.3).energy(milliseconds: 7).wattSeconds == 2)  // 2.1
    }

    @Test("turns energy back into mean power")
    func meanPower() {
        #expect(Energy(wattSeconds: 24_738_000).meanPower(milliseconds: 60_000).kilowatts == 412.3)
        #expect(Energy(wattSeconds: 5_400_000).kilowattHours == 1.5)
    }

    @Test("reads factors in the units that sets and feeds print")
    func factors() {
        #expect(EmissionFactor(kilogramsPerKWh: 0.28307).microgramsPerKWh == 283_070_000)
        #expect(EmissionFactor(gramsPerKWh: 152).microgramsPerKWh == 152_000_000)
        #expect(EmissionFactor(microgramsPerKWh: 283_070_000).kilogramsPerKWh == 0.28307)
        #expect(EmissionFactor(microgramsPerKWh: 152_000_000).gramsPerKWh == 152)
        #expect(Emissions(micrograms: 1_500_000_000).kilograms == 1.5)
    }

    @Test("keeps the sign rules of power")
    func signs() {
        #expect((-Power(kilowatts: 3) - Power(kilowatts: 2)).kilowatts == -5)
    }
}
