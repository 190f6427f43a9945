import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinTesting

/// Meters that tell the ends of their range, through decoding, timelines, books and summary.
@Suite("Extreme registers")
struct ExtremeRegisterTests {
    /// Registers and powers by topic: each asset has two or more, so that their sums are the largest that can be told.
    private static let registers = [
        "wind/t01": ["energy_total_kwh"], "wind/t02": ["energy_total_kwh"],
        "shop/paint": ["energy_total_kwh", "gas_total_kwh"],
        "shop/plastics": ["energy_total_kwh", "gas_total_kwh"], "solar/pv1": ["energy_total_kwh"],
        "solar/pv2": ["energy_total_kwh"], "storage/string-1": ["energy_out_total_kwh", "energy_in_total_kwh"],
        "storage/string-2": ["energy_out_total_kwh", "energy_in_total_kwh"],
        "grid/main": ["energy_in_total_kwh", "energy_out_total_kwh"], "fuelcell/sofc-1": ["energy_total_kwh"],
    ]

    @Test(
        "a register that jumps between the ends of its range is taken, counted and balanced",
        arguments: 0..<6 as Range<UInt64>)
    func jumps(seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        var chance = SeedStream(seed: seed, name: "registers")
        var recording = Recording()
        let values = ["0", "1e12", "999999999999", "1e-300", "1e300", "-1e300", "9223372036854775807"]
        for minute in 0..<70 {
            for (path, keys) in Self.registers.sorted(by: { $0.key < $1.key }) {
                let told = keys.map { "\"\($0)\":\(values[Int(chance.next() % UInt64(values.count))])" }
                let stamp = (Recording.start + .minutes(Int64(minute))).rfc3339
                recording.raw(
                    "{\"t\":\(minute * 60 + 60),\"topic\":\"v1/sunderland/\(path)/tele\","
                        + "\"payload\":{\"ts\":\"\(stamp)\",\"period_s\":60,\(told.joined(separator: ","))}}")
            }
            recording.clock(Double(minute * 60 + 60))
        }
        let run = try await replay([try folder.write("hand.jsonl", lines: recording.lines)])
        #expect(run.summary.steps >= 69, "seed \(seed)")
        for bus in [Bus.electricity, .heat] { #expect(run.summary.balanceErrorKWh(bus) == 0, "seed \(seed)") }
        #expect(run.summary.alarms.contains { $0.code == "counter" && $0.count > 0 }, "seed \(seed)")
        #expect((run.summary.counts.rejected[.outOfRange] ?? 0) > 0, "seed \(seed)")
    }
}
