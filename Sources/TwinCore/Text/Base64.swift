/// RFC 4648 base 64 with padding, for payloads that are not JSON and for packed state.
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(value) }
        return table
    }()

    public static func encode(_ bytes: [UInt8]) -> String {
        let alphabet = alphabet
        var out = [UInt8](repeating: 0x3D, count: (bytes.count + 2) / 3 * 4)
        var place = 0
        for index in stride(from: 0, to: bytes.count, by: 3) {
            let left = min(3, bytes.count - index)
            var group = UInt32(bytes[index]) << 16
            if left > 1 { group |= UInt32(bytes[index + 1]) << 8 }
            if left > 2 { group |= UInt32(bytes[index + 2]) }
            out[place] = alphabet[Int(group >> 18)]
            out[place + 1] = alphabet[Int(group >> 12 & 63)]
            if left > 1 { out[place + 2] = alphabet[Int(group >> 6 & 63)] }
            if left > 2 { out[place + 3] = alphabet[Int(group & 63)] }
            place += 4
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil for a wrong length, a letter outside the alphabet, or misplaced padding.
    public static func decode(_ text: String) -> [UInt8]? {
        let letters = Array(text.utf8)
        guard letters.count % 4 == 0 else { return nil }
        let padding = letters.suffix(2).filter { $0 == 0x3D }.count
        var out: [UInt8] = []
        out.reserveCapacity(letters.count / 4 * 3)
        for (number, start) in stride(from: 0, to: letters.count, by: 4).enumerated() {
            let last = number == letters.count / 4 - 1
            var group: UInt32 = 0
            for offset in 0..<4 {
                let letter = letters[start + offset]
                if letter == 0x3D, last, offset >= 4 - padding {
                    group <<= 6
                    continue
                }
                let value = values[Int(letter)]
                guard value != 255 else { return nil }
                group = group << 6 | UInt32(value)
            }
            out.append(UInt8(group >> 16 & 255))
            if !last || padding < 2 { out.append(UInt8(group >> 8 & 255)) }
            if !last || padding < 1 { out.append(UInt8(group & 255)) }
        }
        return out
    }
}
