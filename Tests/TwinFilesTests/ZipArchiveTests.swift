import Testing
import TwinCore
import TwinFiles
import TwinTesting

@Suite("ZIP archives")
struct ZipArchiveTests {
    private func archive(_ files: [(name: String, pieces: [String])]) -> [UInt8] {
        var archive = ZipArchive()
        for file in files {
            archive.begin(file.name)
            for piece in file.pieces { archive.write(piece) }
        }
        return archive.finish()
    }

    @Test("what was written comes back, and equal content gives equal bytes", arguments: 0..<8 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var chance = SeedStream(seed: seed, name: "zip")
        // From nothing to more than a block of the compressor.
        let files = [0, 1, 500, 40_000].enumerated().map { place, pieces in
            ("folder/\(place).xml", (0..<pieces).map { _ in "<c>\(chance.next() % 1000)</c>" })
        }
        let bytes = archive(files)
        let read = try ZipReader.files(bytes)
        #expect(read.map(\.name) == files.map(\.0))
        for (file, back) in zip(files, read) {
            let isWhole = back.bytes == Array(file.1.joined().utf8)
            #expect(isWhole, "seed \(seed), \(file.0)")
        }
        // How a text is cut into pieces is not in the file.
        #expect(archive(files.map { ($0.0, [$0.1.joined()]) }) == bytes)
    }

    @Test("the headers by hand")
    func byHand() throws {
        let bytes = archive([("a", ["abc"])])
        // PK 3 4, version 2.0, no flags, deflate, midnight, 1980-01-01 (day 1 + month 1 << 5 = 33).
        #expect(bytes.prefix(14) == [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0, 0, 0, 33, 0])
        // CRC-32 of "abc" is 352441C2, as every table of it has; 5 bytes of deflate for 3.
        #expect(bytes[14..<18] == [0xC2, 0x41, 0x24, 0x35])
        #expect(bytes[18..<30] == [5, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0] && bytes[30] == 0x61)
        // An empty archive is the end of a directory alone.
        #expect(ZipArchive().finish() == [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18))
        #expect(throws: Trouble.self) { try ZipReader.files(bytes.map { $0 == 0x35 ? 0x36 : $0 }) }
    }
}
