/// The known name nearest to a misspelt one; nil when none is near.
public func suggestion(for name: String, among known: [String]) -> String? {
    // A long name is no slip of the finger, and the distance costs length x length.
    guard !name.isEmpty, name.count <= 64 else { return nil }
    let allowed = max(1, name.count / 3)
    return
        known
        .map { (name: $0, distance: editDistance(name, $0)) }
        .filter { $0.distance <= allowed }
        .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?
        .name
}

/// Letters to insert, delete, replace or swap with their neighbour to make `a` from `b`.
func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a)
    let b = Array(b)
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for (i, letter) in a.enumerated() {
        var row = [i + 1]
        for (j, other) in b.enumerated() {
            var best = min(last[j] + (letter == other ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, letter == b[j - 1], a[i - 1] == other { best = min(best, beforeLast[j - 1] + 1) }
            row.append(best)
        }
        beforeLast = last
        last = row
    }
    return last.last ?? 0
}

/// `text` on one line and short enough for a message, in quotes.
public func quoted(_ text: String) -> String {
    let short = text.unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) }
    return "\"\(String(short))\(text.unicodeScalars.count > 40 ? "…" : "")\""
}

/// A number as people write it: `0`, `0.2`, `48000`.
public func plain(_ value: Double) -> String {
    if let whole = Int64(exactly: value), abs(value) < 1e15 { return "\(whole)" }
    return "\(value)"
}

/// `1 is`, `12 are`, `1 to 4 are`.
func spelt(_ count: ClosedRange<Int>) -> String {
    if count.lowerBound == count.upperBound { return "\(count.lowerBound) \(count.lowerBound == 1 ? "is" : "are")" }
    return "\(count.lowerBound) to \(count.upperBound) are"
}
