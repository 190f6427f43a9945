import Testing
import TwinCore
import TwinPlant

@Suite("Charging groups")
struct ChargingGroupsTests {
    private func bays() -> AreaTwin {
        var bays = ChargingBays()
        bays.points = 60
        bays.pointMaxKW = 7.4
        bays.workingKW = 30
        return Bench.twin(.bay, [Bench.asset(.bay, "staff", bays)])
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
        #expect(reply.total("power_kw").value == -88)
    }
}
