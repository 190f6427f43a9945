import CZlib

/// Many small blobs: gzip's frame and the tables that zlib clears for a stream of any length would cost more than they
/// save. Equal bytes give equal bytes.
///
/// One blob: `form` (1 byte), CRC-32 of the content (4 bytes, the lowest first), the content, raw or deflated.
public enum PackedBlob {
    private enum Form: UInt8 {
        case raw
        case deflated
    }

    private static let frame = 5
    /// Shorter content does not shrink.
    private static let deflatedMin = 48
    /// 4 KiB of window and as much of table: an hour of a signal at ten seconds fits.
    private static let windowBits: Int32 = 12
    private static let memoryLevel: Int32 = 5

    public static func pack(_ content: [UInt8]) -> [UInt8] {
        var body = content
        var form = Form.raw
        if content.count >= deflatedMin, let shorter = deflated(content), shorter.count < content.count {
            body = shorter
            form = .deflated
        }
        var packed: [UInt8] = []
        packed.reserveCapacity(frame + body.count)
        packed.append(form.rawValue)
        let sum = checksum(content[...])
        for place in stride(from: 0, to: 32, by: 8) { packed.append(UInt8(truncatingIfNeeded: sum >> UInt32(place))) }
        packed.append(contentsOf: body)
        return packed
    }

    /// - Parameter sizeMax: more than this is damage, not data.
    /// - Returns: nil when the bytes are no whole blob, or hold more than `sizeMax`.
    public static func unpack(_ packed: [UInt8], sizeMax: Int = 1 << 24) -> [UInt8]? {
        guard packed.count >= frame, let form = Form(rawValue: packed[0]) else { return nil }
        let body = packed[frame...]
        let content: [UInt8]
        switch form {
        case .raw: content = Array(body)
        case .deflated:
            guard let whole = inflated(Array(body), sizeMax) else { return nil }
            content = whole
        }
        let sum = (0..<4).reduce(UInt32(0)) { $0 | UInt32(packed[1 + $1]) << UInt32(8 * $1) }
        return content.count <= sizeMax && checksum(content[...]) == sum ? content : nil
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
    }

    /// Nil when it would not be shorter.
    private static func deflated(_ content: [UInt8]) -> [UInt8]? {
        withStream { stream in
            let code = deflateInit2_(
                stream, 6, Z_DEFLATED, -windowBits, memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size))
            precondition(code == Z_OK, "deflateInit2 failed with code \(code): zlib is not the one built against")
            defer { deflateEnd(stream) }
            return filled(content.count, stream, content) { deflate(stream, Z_FINISH) == Z_STREAM_END }
        }
    }

    private static func inflated(_ body: [UInt8], _ sizeMax: Int) -> [UInt8]? {
        withStream { stream in
            let code = inflateInit2_(stream, -windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            precondition(code == Z_OK, "inflateInit2 failed with code \(code): zlib is not the one built against")
            defer { inflateEnd(stream) }
            // What did not fit is begun again with more room: hours differ little in length.
            var room = max(1 << 10, 8 * body.count)
            while true {
                room = min(room, sizeMax + 1)
                var ended = Z_OK
                let whole = filled(room, stream, body) {
                    ended = inflate(stream, Z_FINISH)
                    return ended == Z_STREAM_END && stream.pointee.avail_in == 0
                }
                if whole != nil { return whole }
                let isShort = ended == Z_BUF_ERROR && stream.pointee.avail_out == 0 && room <= sizeMax
                guard isShort, inflateReset(stream) == Z_OK else { return nil }
                room *= 4
            }
        }
    }

    private static func withStream(_ body: (UnsafeMutablePointer<z_stream>) -> [UInt8]?) -> [UInt8]? {
        var stream = z_stream()
        return withUnsafeMutablePointer(to: &stream, body)
    }

    /// Runs the stream from `input` into at most `room` bytes; nil unless that `isDone`.
    private static func filled(
        _ room: Int, _ stream: UnsafeMutablePointer<z_stream>, _ input: [UInt8], _ isDone: () -> Bool
    ) -> [UInt8]? {
        var input = input
        var worked = false
        let output = [UInt8](unsafeUninitializedCapacity: room) { target, made in
            input.withUnsafeMutableBufferPointer { source in
                stream.pointee.next_in = source.baseAddress
                stream.pointee.avail_in = UInt32(clamping: source.count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(clamping: target.count)
                worked = isDone()
                made = target.count - Int(stream.pointee.avail_out)
            }
        }
        return worked ? output : nil
    }
}
