import Foundation
import TwinCore

/// A feed that a test drives by hand: telemetry of the shops and the site's clock.
struct PlantFeed {
    let client: Client
    private(set) var now: PlantTime

    init(_ client: Client, from start: PlantTime = PlantFeed.start) {
        self.client = client
        now = start
    }

    /// 2025-06-18 05:00 UTC: 6 o'clock at the plant.
    static let start = PlantTime(ms: 1_750_222_800_000)
    static let clockTopic = "v1/sunderland/clock"
    static let shopTopic = "v1/sunderland/shop/paint/tele"

    /// Publishes the clock as it stands.
    func clock() throws { try client.publish(PlantFeed.clockTopic, #"{"ts":"\#(now.rfc3339)"}"#) }

    /// One step: the shop's load, then the clock one minute on.
    mutating func step(loadKW: Double = 10_000) throws {
        try client.publish(
            PlantFeed.shopTopic,
            #"{"ts":"\#(now.rfc3339)","seq":\#(now.ms / 60_000),"period_s":60,"load_kw":\#(loadKW)}"#)
        now = now + .minutes(1)
        try clock()
    }
}
