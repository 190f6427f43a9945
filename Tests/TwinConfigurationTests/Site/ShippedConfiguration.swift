import TwinConfiguration
import TwinTesting

/// The shipped files after `edits`, and the places that a `▸` in a new text marks as `file:line:col`, in order of file
/// and line: a problem is expected at each.
func edited(_ edits: [Edit]) throws -> (files: [ConfigText], places: [String]) {
    var files = try Repository.configFiles(edits)
    var places: [String] = []
    for index in files.indices {
        for (line, text) in files[index].text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var column = 1
            for letter in text.unicodeScalars {
                if letter == "▸" { places.append("\(files[index].name):\(line + 1):\(column)") } else { column += 1 }
            }
        }
        files[index].text = files[index].text.replacing("▸", with: "")
    }
    return (files, places)
}

/// All problems of a reading as lines of text; empty when there is none.
func problems(_ files: [ConfigText]) -> [String] {
    do {
        _ = try SiteConfig(files)
        return []
    } catch {
        return error.list.map(\.description)
    }
}
