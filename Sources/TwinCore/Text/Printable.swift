extension StringProtocol {
    /// Text from outside on one line, without what a terminal would obey or what turns the direction of reading.
    public var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.map { isObeyed($0.value) ? "?" : $0 }))
    }
}

private func isObeyed(_ value: UInt32) -> Bool {
    switch value {
    case 0..<0x20, 0x7F...0x9F: true
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
}
