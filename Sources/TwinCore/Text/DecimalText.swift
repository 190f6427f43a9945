extension Double {
    /// The number that `text` writes in decimal digits; infinite when it is too large, nil for anything else.
    public init?(decimal text: String) {
        let bytes = Array(text.utf8)
        func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
        guard bytes.count <= 40, bytes.contains(where: isDigit),
            bytes.allSatisfy({ isDigit($0) || "+-.eE".utf8.contains($0) })
        else { return nil }
        self.init(text)
    }
}
