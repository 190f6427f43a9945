import TwinCore

/// All that commands print: whatever it was made of, a terminal only shows it.
enum StandardOutput {
    /// One line. A line end inside would let a name from outside say a line of its own.
    static func write(_ line: String, ending: String = "") { print(line.printable + ending) }

    static func write(_ json: JSON) { print(json.printableLine) }

    /// A text of our own making, with its line ends.
    static func show(_ text: String) { print(text.printableLines, terminator: "") }
}
