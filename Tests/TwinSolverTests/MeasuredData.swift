import TwinFiles
import TwinTesting

/// A table of the measured data sets beside the repository.
struct MeasuredTable {
    private let header: [Substring]
    private let rows: [[Substring]]

    /// - Parameter path: below the folder of data sets.
    init(_ path: String) throws {
        let reader = try LineReader(path: (Repository.data ?? "") + "/" + path)
        var lines: [[Substring]] = []
        while case .line(let bytes)? = reader.next() {
            lines.append(
                Substring(decoding: bytes, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false))
        }
        header = lines.first ?? []
        rows = Array(lines.dropFirst())
    }

    func texts(_ name: Substring) -> [Substring] {
        guard let column = header.firstIndex(of: name) else { return [] }
        return rows.map { $0[column] }
    }

    /// NaN where there is none.
    func numbers(_ name: Substring) -> [Double] { texts(name).map { Double($0) ?? .nan } }
}

/// Half-hourly carbon intensity of Great Britain from 1 January to 30 June 2023, g/kWh, gaps filled in a line.
func intensity2023() throws -> [Double] {
    var values = try MeasuredTable("carbon-intensity-gb/gb_national_2023_jan_jun.csv.gz").numbers("actual")
    var last = 0
    for index in values.indices where !values[index].isNaN {
        for gap in (last + 1)..<max(last + 1, index) {
            values[gap] =
                values[last] + (values[index] - values[last]) * Double(gap - last) / Double(index - last)
        }
        last = index
    }
    return values
}

/// Half hours since the year began of `2021-05-01T20:42:47Z`, in a year without 29 February; nil for another form.
func halfHours(_ stamp: Substring) -> Double? {
    let daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
    let parts = stamp.split { !$0.isNumber }.compactMap { Int($0) }
    guard parts.count == 6, daysBefore.indices.contains(parts[1] - 1) else { return nil }
    let days = daysBefore[parts[1] - 1] + parts[2] - 1
    return Double(days * 48 + parts[3] * 2) + Double(parts[4] * 60 + parts[5]) / 1800
}
