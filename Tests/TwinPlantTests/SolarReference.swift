import Foundation

/// Rows of a gzipped CSV under `../shared/data`, by column name; nil when the file is not here.
func referenceRows(_ name: String) -> [[String: String]]? {
    guard let data = referenceFolder else { return nil }
    let file = data.appending(path: name).path
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", file]
    let pipe = Pipe()
    process.standardOutput = pipe
    guard (try? process.run()) != nil else { return nil }
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let lines = text.split(whereSeparator: \.isNewline)
    guard let head = lines.first?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) else {
        return nil
    }
    return lines.dropFirst().map { line in
        Dictionary(
            zip(head, line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)),
            uniquingKeysWith: { first, _ in first })
    }
}

/// `shared/data` beside the checkout or any folder above it.
let referenceFolder: URL? = {
    var folder = URL(filePath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
        let data = folder.appending(path: "shared/data")
        if FileManager.default.fileExists(atPath: data.path) { return data }
        folder = folder.deletingLastPathComponent()
    }
    return nil
}()

extension [String: String] {
    func number(_ key: String) -> Double { self[key].flatMap(Double.init) ?? 0 }
}

/// Milliseconds since 1970 of `2024-02-29T00:10:00Z` or `2015-01-01 00:00:00+01:00`.
func milliseconds(_ text: String) -> Int64 {
    let iso = ISO8601DateFormatter()
    let date = iso.date(from: text.replacingOccurrences(of: " ", with: "T"))
    return Int64(((date?.timeIntervalSince1970 ?? 0) * 1_000).rounded())
}

struct Deviation: CustomStringConvertible {
    var most = 0.0
    var sum = 0.0
    var bias = 0.0
    var count = 0.0

    mutating func add(_ value: Double, _ expected: Double) {
        most = max(most, abs(value - expected))
        sum += abs(value - expected)
        bias += value - expected
        count += 1
    }

    var description: String { "max \(most) mean \(sum / max(1, count)) bias \(bias / max(1, count)) n \(Int(count))" }
}
