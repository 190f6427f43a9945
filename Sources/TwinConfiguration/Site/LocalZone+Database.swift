import Foundation
public import TwinCore

extension LocalZone {
    /// First and last year that a zone is read for; before and after, its nearest offset holds.
    static let yearFirst = 2000
    static let yearLast = 2100

    /// Reads a zone, `Europe/London`, from the zone database; nil for a name that it does not know.
    ///
    /// Offsets are sampled week by week and each change is searched between two samples: the database's own search
    /// for clock changes leaves out changes of standard time.
    public init?(database name: String) {
        guard let zone = TimeZone(identifier: name) else { return nil }
        func offset(_ second: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(second))))
        }
        let first = CivilDate(year: LocalZone.yearFirst, month: 1, day: 1).daysSinceEpoch * 86_400
        let last = CivilDate(year: LocalZone.yearLast + 1, month: 1, day: 1).daysSinceEpoch * 86_400
        let week: Int64 = 7 * 86_400
        var changes = [Change(from: .seconds(first), offset: .seconds(offset(first)))]
        var known = offset(first)
        for end in stride(from: first + week, through: last, by: Int(week)) {
            let now = offset(end)
            guard now != known else { continue }
            var before = end - week
            var after = end
            while after - before > 1 {
                let middle = before + (after - before) / 2
                if offset(middle) == known { before = middle } else { after = middle }
            }
            // Two changes inside one week would hide the middle offset; the zones have none since 2000.
            changes.append(Change(from: .seconds(after), offset: .seconds(now)))
            known = now
        }
        self.init(name: name, changes: changes)
    }

    /// The known zone name nearest to a misspelt one.
    public static func nearestName(_ name: String) -> String? {
        suggestion(for: name, among: TimeZone.knownTimeZoneIdentifiers)
    }
}

extension PlantTime {
    fileprivate static func seconds(_ s: Int64) -> PlantTime { PlantTime(ms: s * 1000) }
}
