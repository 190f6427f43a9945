/// The parts of `mqtt://user:password@host:port`, parsed by hand because Foundation is not used here.
struct BrokerURL {
    var secure = false
    var host = ""
    var port = 1883
    var username: String?
    var password: String?

    init(_ url: String) throws(MQTTError) {
        func bad(_ detail: String) -> MQTTError {
            let expected = "expected mqtt://HOST:PORT or mqtts://HOST:PORT"
            return MQTTError(
                operation: "configure", code: Code.invalid,
                detail: "broker URL '\(Self.redact(url))': \(detail); \(expected)")
        }
        let lower = url.lowercased()
        if lower.hasPrefix("mqtts://") {
            (secure, port) = (true, 8883)
        } else if !lower.hasPrefix("mqtt://") {
            throw bad("the scheme is neither mqtt nor mqtts")
        }
        var rest = url.dropFirst(secure ? 8 : 7)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if let at = rest.lastIndex(of: "@") {
            let info = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let user = info.first.flatMap(Self.percentDecoded), !user.isEmpty else {
                throw bad("the user name is empty or badly encoded")
            }
            username = user
            if info.count == 2 {
                guard let secret = Self.percentDecoded(info[1]) else { throw bad("the password is badly encoded") }
                password = secret
            }
            rest = rest[rest.index(after: at)...]
        }
        guard !rest.contains(where: { "/?#".contains($0) }) else {
            throw bad("a path, query or fragment has no meaning here")
        }
        let (hostPart, portPart) = try Self.split(rest, bad)
        guard !hostPart.isEmpty else { throw bad("the host is missing") }
        guard hostPart.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw bad("the host holds a space or a control character")
        }
        host = String(hostPart)
        if let portPart {
            guard portPart.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(portPart),
                (1...65_535).contains(number)
            else { throw bad("the port '\(portPart)' is not a number in 1...65535") }
            port = number
        }
    }

    /// `host:port`, `[v6]:port`, `host` or `[v6]`.
    private static func split(
        _ text: Substring, _ bad: (String) -> MQTTError
    ) throws(MQTTError) -> (host: Substring, port: Substring?) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw bad("the bracket of the IPv6 address is not closed") }
            let host = text[text.index(after: text.startIndex)..<end]
            let tail = text[text.index(after: end)...]
            if tail.isEmpty { return (host, nil) }
            guard tail.hasPrefix(":") else { throw bad("after the IPv6 address a colon and the port are expected") }
            return (host, tail.dropFirst())
        }
        guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
        let port = text[text.index(after: colon)...]
        guard !port.contains(":") else { throw bad("an IPv6 address needs brackets, like [::1]") }
        return (text[..<colon], port)
    }

    /// Everything between the first `:` and the last `@` after the scheme becomes `***`. It takes the last `@` of the
    /// whole text, because an unencoded `/` or `@` in a password must not uncover it.
    static func redact(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@") else { return url }
        var start = url.startIndex
        var scan = url.startIndex
        while scan < at {
            if url[scan...].hasPrefix("://") {
                start = url.index(scan, offsetBy: 3)
                break
            }
            scan = url.index(after: scan)
        }
        guard start <= at, let colon = url[start..<at].firstIndex(of: ":") else { return url }
        return url[...colon] + "***" + url[at...]
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
