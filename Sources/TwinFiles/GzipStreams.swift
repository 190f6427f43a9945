import CZlib

/// zlib keeps the address of its stream, so the stream lives in memory of its own.
final class Inflater {
    enum Outcome: Sendable, Hashable {
        /// Give it more input.
        case needsInput
        /// The output is full; call again with the same input.
        case outputFull
        /// The last member ended where the input ends so far.
        case memberEnded
        /// Bytes after the last member that are padding.
        case padding
        /// What zlib says is wrong.
        case damaged(String)
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var isBetweenMembers = false
    /// True from the first byte of a member to its last.
    var isInsideMember: Bool { !isBetweenMembers }

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window; 16 more selects the gzip wrapper.
        let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "inflateInit2 failed with code \(code): the zlib found is not the one built against")
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Decompresses as much as fits. Returns how many bytes were taken and made.
    func run(
        _ input: UnsafeMutableRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> (taken: Int, made: Int, outcome: Outcome) {
        let inputBytes = input.bindMemory(to: UInt8.self)
        let outputBytes = output.bindMemory(to: UInt8.self)
        stream.pointee.next_in = inputBytes.baseAddress
        stream.pointee.avail_in = UInt32(clamping: inputBytes.count)
        stream.pointee.next_out = outputBytes.baseAddress
        stream.pointee.avail_out = UInt32(clamping: outputBytes.count)
        var outcome = Outcome.needsInput
        loop: while true {
            if isBetweenMembers {
                guard stream.pointee.avail_in > 0, let next = stream.pointee.next_in else {
                    outcome = .memberEnded
                    break
                }
                if next.pointee == 0 {
                    outcome = .padding
                    break
                }
                inflateReset(stream)
                isBetweenMembers = false
            }
            switch inflate(stream, Z_NO_FLUSH) {
            case Z_STREAM_END: isBetweenMembers = true
            case Z_OK, Z_BUF_ERROR:
                if stream.pointee.avail_out == 0 {
                    outcome = .outputFull
                    break loop
                }
                if stream.pointee.avail_in == 0 { break loop }
            case let code:
                let text = stream.pointee.msg.map { String(cString: $0) } ?? "inflate failed"
                outcome = .damaged("\(text) (code \(code))")
                break loop
            }
        }
        return (
            input.count - Int(stream.pointee.avail_in), output.count - Int(stream.pointee.avail_out), outcome
        )
    }
}

/// Compresses to one gzip member without a name and without a time, so that equal content gives equal bytes.
final class Deflater {
    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = deflateInit2_(
            stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "deflateInit2 failed with code \(code): the zlib found is not the one built against")
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// How much of the input a reader could have afterwards.
    enum Ending {
        /// What the compressor has done with; the rest waits in it for more.
        case none
        /// All of it.
        case sync
        /// All of it, and the member is closed.
        case last

        var flush: Int32 {
            switch self {
            case .none: Z_NO_FLUSH
            case .sync: Z_SYNC_FLUSH
            case .last: Z_FINISH
            }
        }
    }

    /// Compresses `input`, handing out blocks as they fill.
    func run(
        _ input: inout [UInt8], _ ending: Ending, scratch: inout [UInt8],
        _ body: (UnsafeRawBufferPointer) throws(FileProblem) -> Void
    ) throws(FileProblem) {
        var position = 0
        var isDone = false
        while !isDone {
            let (taken, made, code) = step(&input, from: position, into: &scratch, ending.flush)
            position += taken
            precondition(code != Z_STREAM_ERROR, "deflate was called out of turn")
            let outcome = scratch.withUnsafeBytes { bytes in
                Result { () throws(FileProblem) in try body(UnsafeRawBufferPointer(rebasing: bytes[..<made])) }
            }
            try outcome.get()
            isDone = ending == .last ? code == Z_STREAM_END : position == input.count && made < scratch.count
        }
    }

    private func step(
        _ input: inout [UInt8], from position: Int, into output: inout [UInt8], _ flush: Int32
    ) -> (taken: Int, made: Int, code: Int32) {
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_in = source.baseAddress.map { $0 + position }
                stream.pointee.avail_in = UInt32(clamping: source.count - position)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(clamping: target.count)
                let code = deflate(stream, flush)
                return (
                    source.count - position - Int(stream.pointee.avail_in),
                    target.count - Int(stream.pointee.avail_out),
                    code
                )
            }
        }
    }
}
