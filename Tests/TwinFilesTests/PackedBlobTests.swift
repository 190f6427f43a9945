import Testing
import TwinCore
import TwinFiles
import TwinTesting

@Suite("Small blobs")
struct PackedBlobTests {
    private func content(_ chance: inout SeedStream, _ count: Int) -> [UInt8] {
        // Of few letters, so that it can be deflated.
        (0..<count).map { _ in UInt8(truncatingIfNeeded: chance.next() % 5) }
    }

    @Test("any content comes back, and equal content gives equal bytes", arguments: 0..<8 as Range<UInt64>)
    func roundTrip(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "blob")
        for count in [0, 1, 47, 48, 300, 5000, 70_000] {
            let some = content(&chance, count)
            let packed = PackedBlob.pack(some)
            let isWhole = PackedBlob.unpack(packed) == some
            #expect(isWhole, "seed \(seed), \(count) bytes")
            #expect(PackedBlob.pack(some) == packed)
            // Five letters are 2.33 bits each: less than half of a byte with all that deflate adds.
            if count >= 300 { #expect(packed.count < count / 2) }
        }
        // What cannot be deflated costs the frame alone.
        let noise = (0..<200).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
        #expect(PackedBlob.pack(noise).count == 5 + 200 && PackedBlob.unpack(PackedBlob.pack(noise)) == noise)
    }

    @Test("the frame by hand: form, checksum with the lowest byte first, content")
    func frame() {
        // The check value of CRC-32 (ISO-HDLC): "123456789" gives CBF43926.
        #expect(PackedBlob.pack(Array("123456789".utf8)) == [0, 0x26, 0x39, 0xF4, 0xCB] + Array("123456789".utf8))
    }

    @Test("a byte that changed, a cut and an addition are seen", arguments: 0..<4 as Range<UInt64>)
    func damage(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "damage")
        for count in [40, 400] {
            let some = content(&chance, count)
            let packed = PackedBlob.pack(some)
            for place in packed.indices {
                var other = packed
                other[place] ^= UInt8(1 + chance.next() % 255)
                // The last bits of a deflated stream mean nothing; else it is refused.
                let read = PackedBlob.unpack(other)
                let isSeen = read == nil || read == some && place == packed.count - 1
                #expect(isSeen, "seed \(seed), \(count) bytes, place \(place)")
            }
            for cut in [0, 4, 5, packed.count - 1] { #expect(PackedBlob.unpack(Array(packed.prefix(cut))) == nil) }
            #expect(PackedBlob.unpack(packed + [0]) == nil)
        }
    }

    @Test("more than is allowed is refused, whatever its frame says")
    func bomb() {
        let packed = PackedBlob.pack([UInt8](repeating: 0, count: 1 << 20))
        #expect(packed.count < 1 << 12)
        #expect(PackedBlob.unpack(packed, sizeMax: 1 << 20) != nil)
        #expect(PackedBlob.unpack(packed, sizeMax: 1 << 19) == nil)
    }
}
