import Crypto
import CryptoExtras
import Foundation
import TwinCore

/// A password as it is kept: scrypt (RFC 7914) of it with a salt of its own. The parameters stand beside it, so that later
/// ones may be stronger.
struct PasswordHash: Sendable, Hashable {
    /// N, r and p of RFC 7914. These take 32 MiB and about a tenth of a second.
    struct Cost: Sendable, Hashable {
        var rounds = 1 << 15
        var blockSize = 8
        var parallelism = 1

        /// A file from elsewhere must not take all memory.
        var isSane: Bool {
            (1 << 10...1 << 20).contains(rounds) && rounds.nonzeroBitCount == 1 && (1...32).contains(blockSize)
                && (1...16).contains(parallelism) && rounds * blockSize <= 1 << 21
        }
    }

    private static let keyBytes = 32
    private static let saltBytes = 16

    var cost: Cost
    var salt: [UInt8]
    var key: [UInt8]

    /// Takes its time; see `HashThread`.
    init(_ password: String, cost: Cost = Cost()) throws {
        self.cost = cost
        salt = RandomToken.bytes(PasswordHash.saltBytes)
        key = []
        key = try derive(password)
    }

    /// No password fits: it takes the time of one that is wrong.
    static let decoy = PasswordHash()

    private init() {
        (cost, salt) = (Cost(), RandomToken.bytes(PasswordHash.saltBytes))
        key = RandomToken.bytes(PasswordHash.keyBytes)
    }

    /// Takes its time; see `HashThread`.
    func matches(_ password: String) throws -> Bool { RandomToken.areEqual(try derive(password), key) }

    private func derive(_ password: String) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.utf8), salt: salt, outputByteCount: PasswordHash.keyBytes, rounds: cost.rounds,
            blockSize: cost.blockSize, parallelism: cost.parallelism)
        return key.withUnsafeBytes { Array($0) }
    }

    // MARK: - JSON

    var json: JSON {
        .fields([
            "n": .integer(cost.rounds), "r": .integer(cost.blockSize), "p": .integer(cost.parallelism),
            "salt": .string(Base64.encode(salt)), "key": .string(Base64.encode(key)),
        ])
    }

    /// Nil for what is none.
    init?(_ json: JSON?) {
        func whole(_ key: String) -> Int { json?[key]?.integer.flatMap { Int(exactly: $0) } ?? 0 }
        cost = Cost(rounds: whole("n"), blockSize: whole("r"), parallelism: whole("p"))
        guard cost.isSane, let salt = json?["salt"]?.text.flatMap(Base64.decode), (8...64).contains(salt.count),
            let key = json?["key"]?.text.flatMap(Base64.decode), key.count == PasswordHash.keyBytes
        else { return nil }
        (self.salt, self.key) = (salt, key)
    }
}
