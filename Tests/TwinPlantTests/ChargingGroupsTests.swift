import Testing
import TwinCore
import TwinPlant

@Suite("Charging groups")
struct ChargingGroupsTests {
    private func bays() -> ChargingGroups {
        ChargingGroups(
            site: "s", area: .bay, calendar: Bench.calendar,
            [
                .init(
                    path: AssetPath(.bay, "staff"), points: 60, pointMaxKW: 7.4, isBidirectional: false, workingKW: 30,
                    idleKW: 0, maxAge: .seconds(300), stuck: nil)
            ])
    }

    private func vehicles(_ reply: ComponentReply) throws -> UsedValue {
        try #require(reply.values.first { $0.key == "connected_vehicles" }).used
    }

    @Test("a bay's connected vehicles stand among the values, and hold until the next reading")
    func connected() throws {
        var bays = bays()
        let first = bays.tick(
            [Bench.minute(.bay, "staff", at: 0, #""power_kw":-88,"connected_vehicles":12"#)], Bench.context(1),
            PlantImage())
        #expect(try vehicles(first) == UsedValue(12, .good))
        let later = bays.tick([], Bench.context(3), PlantImage())
        #expect(try vehicles(later) == UsedValue(12, .lastKnown))
    }

    @Test("more vehicles than bays are no reading")
    func tooMany() throws {
        var bays = bays()
        let reply = bays.tick(
            [Bench.minute(.bay, "staff", at: 0, #""power_kw":-88,"connected_vehicles":61"#)], Bench.context(1),
            PlantImage())
        #expect(reply.alarms == [AlarmKey(.bay, "staff", .outOfRange)])
        #expect(reply.counts.rejectedTotal == 0)
        #expect(reply.image.bayKW.value == -88)
    }
}
