/// Bytes in memory as one gzip member; equal bytes give equal bytes.
public enum Deflate {
    private static let scratchSize = 1 << 16

    public static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var input = bytes
        var scratch = [UInt8](repeating: 0, count: scratchSize)
        var packed: [UInt8] = []
        let deflater = Deflater()
        do throws(FileProblem) {
            try deflater.run(&input, .last, scratch: &scratch) { packed.append(contentsOf: $0) }
        } catch {
            preconditionFailure("appending to memory does not fail")
        }
        return packed
    }

    /// - Parameter sizeMax: more than this is damage, not data.
    /// - Returns: nil when the bytes are no whole gzip member, or hold more than `sizeMax`.
    public static func unpack(_ bytes: [UInt8], sizeMax: Int = 1 << 30) -> [UInt8]? {
        var input = bytes
        var scratch = [UInt8](repeating: 0, count: scratchSize)
        var unpacked: [UInt8] = []
        let inflater = Inflater()
        var position = 0
        while true {
            let (taken, made, outcome) = input.withUnsafeMutableBytes { source in
                scratch.withUnsafeMutableBytes { target in
                    inflater.run(UnsafeMutableRawBufferPointer(rebasing: source[position...]), into: target)
                }
            }
            position += taken
            unpacked.append(contentsOf: scratch[..<made])
            guard unpacked.count <= sizeMax else { return nil }
            switch outcome {
            case .memberEnded: return position == bytes.count ? unpacked : nil
            case .outputFull: continue
            case .needsInput, .padding, .damaged: return nil
            }
        }
    }
}
