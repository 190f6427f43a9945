import Foundation
import Testing
import TwinCore

@Suite("Topics")
struct TopicTests {
    @Test("takes a topic of our dialect apart")
    func parts() {
        #expect(Topic("v1/s/wind/farm/tele", site: "s") == .asset(area: .wind, asset: "farm", kind: .tele))
        #expect(Topic("v1/s/line/trim-1/vehicle", site: "s") == .asset(area: .line, asset: "trim-1", kind: .vehicle))
        #expect(Topic("v1/s/storage/ess-1/cmd", site: "s") == .asset(area: .storage, asset: "ess-1", kind: .cmd))
        #expect(Topic("v1/s/clock", site: "s") == .clock)
        #expect(Topic("v1/s/twin/state", site: "s") == .output)
        #expect(Topic("v1/s/twin/alarm/solar/pv1/stuck", site: "s") == .output)
    }

    @Test(
        "refuses other topics",
        arguments: [
            "", "v1", "v1/s", "v1/other/wind/farm/tele", "v2/s/wind/farm/tele", "v1/s/wind/farm",
            "v1/s/wind/farm/tele/x",
            "v1/s/wind//tele", "v1/s/Wind/farm/tele", "v1/s/wind/Farm/tele", "v1/s/wind/farm_1/tele",
            "v1/s/wind/farm/data",
            "/v1/s/wind/farm/tele", "v1/s/clock/x", "v1/s/sea/farm/tele", "v1/s/wind/fårm/tele",
            "v1/s/wind/\(String(repeating: "a", count: 65))/tele", "v1/s/twin/" + String(repeating: "a", count: 250),
        ])
    func refuses(text: String) {
        #expect(Topic(text, site: "s") == nil)
    }

    @Test("a reader gives the same again for a topic that it knows, and no more for one that it refused")
    func reader() {
        var reader = TopicReader(site: "s")
        for text in ["v1/s/wind/farm/tele", "v1/other/wind/farm/tele", "v1/s/clock", "", "v1/s/wind/farm/tele"] {
            #expect(reader.read(text) == Topic(text, site: "s"), "\(text)")
            #expect(reader.read(text) == Topic(text, site: "s"), "\(text), known")
        }
        // A text that is refused may be as long as a sender likes: 20,000 of them are still answered.
        for number in 0..<20_000 {
            #expect(reader.read("v1/s/wind/t\(number)/tele") == .asset(area: .wind, asset: "t\(number)", kind: .tele))
        }
    }

    @Test("tells assets of one name in two areas apart")
    func paths() {
        let values = [AssetPath(.wind, "one"): 1, AssetPath(.solar, "one"): 2, AssetPath(.wind, "two"): 3]
        #expect(values[AssetPath(.wind, "one")] == 1 && values[AssetPath(.solar, "one")] == 2)
        #expect(values[AssetPath(.wind, "two")] == 3 && values[AssetPath(.solar, "two")] == nil)
        #expect(AssetPath(.wind, "one") != AssetPath(.solar, "one"))
    }

    @Test("writes what it reads", arguments: Area.allCases.filter { $0 != .twin })
    func roundTrip(area: Area) {
        let text = Topic.text(site: "s", area, "a-1", .tele)
        #expect(Topic(text, site: "s") == .asset(area: area, asset: "a-1", kind: .tele))
        #expect(Topic.clockText(site: "s") == "v1/s/clock")
    }

    @Test("allows asset ids of 1 to 64 lower-case letters, digits and hyphens")
    func assetIDs() {
        #expect(Topic.isAssetID("a"))
        #expect(Topic.isAssetID("0-z9"))
        #expect(Topic.isAssetID(String(repeating: "a", count: 64)))
        for bad in ["", "A", "a b", "a_b", "a/b", "+", "#", "é", String(repeating: "a", count: 65)] {
            #expect(!Topic.isAssetID(bad), "\(bad)")
        }
    }
}

@Suite("Topic filters")
struct TopicFilterTests {
    /// MQTT 5 section 4.7, by hand.
    @Test(
        "matches as MQTT 5 section 4.7 says",
        arguments: [
            ("sport/tennis/player1/#", "sport/tennis/player1", true),
            ("sport/tennis/player1/#", "sport/tennis/player1/ranking", true),
            ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true),
            ("sport/tennis/player1/#", "sport/tennis/player2", false), ("sport/#", "sport", true), ("#", "sport", true),
            ("#", "a/b/c", true), ("sport/tennis/+", "sport/tennis/player1", true),
            ("sport/tennis/+", "sport/tennis/player1/ranking", false), ("sport/+", "sport", false),
            ("sport/+", "sport/", true), ("+/+", "/finance", true), ("/+", "/finance", true), ("+", "/finance", false),
            ("+/tennis/#", "sport/tennis/x", true), ("sport/+/player1", "sport/tennis/player1", true),
            ("#", "$SYS/uptime", false), ("+/monitor/Clients", "$SYS/monitor/Clients", false),
            ("$SYS/#", "$SYS/monitor/Clients", true), ("$SYS/monitor/+", "$SYS/monitor/Clients", true),
            ("ACCOUNTS", "Accounts", false), ("a", "/a", false), ("a/b", "a/b", true), ("a/b", "a/b/", false),
            ("a//b", "a//b", true), ("a/+/b", "a//b", true), ("/", "/", true), ("+/+", "/", true),
            ("v1/s/wind/+/tele", "v1/s/wind/farm/tele", true), ("v1/s/wind/+/tele", "v1/s/wind/farm/status", false),
        ])
    func matches(filter: String, topic: String, isMatch: Bool) throws {
        #expect(try #require(TopicFilter(filter)).matches(topic) == isMatch)
    }

    @Test(
        "refuses filters that MQTT forbids",
        arguments: ["", "#/a", "a/#/b", "a#", "a/b#", "a+", "+a", "a/b+/c", "##", "++", "a\u{0}b", "a/+#"])
    func refuses(filter: String) {
        #expect(TopicFilter(filter) == nil)
    }

    @Test("refuses a filter longer than MQTT can carry")
    func length() {
        #expect(TopicFilter(String(repeating: "a", count: 65_535)) != nil)
        #expect(TopicFilter(String(repeating: "a", count: 65_536)) == nil)
    }

    private struct Vector: Decodable, Sendable {
        var filter: String
        var topic: String
        var match: Bool
    }

    /// `../shared/data/mqtt-vectors/topic_match.json` beside the checkout.
    private static let vectorFile = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/data/mqtt-vectors/topic_match.json")

    @Test(
        "agrees with the reference vectors",
        .enabled(
            if: FileManager.default.fileExists(atPath: vectorFile.path),
            "the reference vectors ../shared/data/mqtt-vectors/topic_match.json are not here"))
    func referenceVectors() throws {
        let vectors = try JSONDecoder().decode([Vector].self, from: Data(contentsOf: Self.vectorFile))
        #expect(vectors.count >= 8)
        for vector in vectors {
            let filter = try #require(TopicFilter(vector.filter), "\(vector.filter)")
            #expect(filter.matches(vector.topic) == vector.match, "\(vector.filter) on \(vector.topic)")
        }
    }
}

@Suite("Subscriptions")
struct SubscriptionTableTests {
    @Test("names each subscriber of a topic once, ascending")
    func subscribers() throws {
        var table = SubscriptionTable()
        table.subscribe(2, to: try #require(TopicFilter("v1/s/wind/+/tele")))
        table.subscribe(0, to: try #require(TopicFilter("#")))
        table.subscribe(2, to: try #require(TopicFilter("v1/s/wind/#")))
        table.subscribe(1, to: try #require(TopicFilter("v1/s/grid/+/tele")))
        #expect(table.subscribers(of: "v1/s/wind/farm/tele") == [0, 2])
        #expect(table.subscribers(of: "v1/s/grid/meter/tele") == [0, 1])
        #expect(table.subscribers(of: "$SYS/x") == [])
    }

    @Test("forgets kept answers when a subscription is added")
    func newSubscription() throws {
        var table = SubscriptionTable()
        #expect(table.subscribers(of: "a") == [])
        table.subscribe(5, to: try #require(TopicFilter("a")))
        #expect(table.subscribers(of: "a") == [5])
        #expect(table.subscribers(of: "a") == [5])
    }

    @Test("answers right beyond the number of topics it keeps")
    func flood() throws {
        var table = SubscriptionTable()
        table.subscribe(1, to: try #require(TopicFilter("a/+")))
        for number in 0..<10_050 where table.subscribers(of: "a/\(number)") != [1] {
            Issue.record("a/\(number) is not subscribed")
        }
        #expect(table.subscribers(of: "b/10049") == [])
    }
}
