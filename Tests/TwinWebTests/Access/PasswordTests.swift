import Foundation
import Testing
import TwinCore
import TwinFiles
import TwinTesting

@testable import TwinWeb

@Suite("Passwords")
struct PasswordTests {
    /// RFC 7914, section 12, third vector: scrypt("pleaseletmein", "SodiumChloride", 16384, 8, 1), first 32 bytes.
    @Test("are hashed as the standard says")
    func vector() throws {
        let key: [UInt8] = [
            0x70, 0x23, 0xBD, 0xCB, 0x3A, 0xFD, 0x73, 0x48, 0x46, 0x1C, 0x06, 0xCD, 0x81, 0xFD, 0x38, 0xEB, 0xFD, 0xA8,
            0xFB, 0xBA, 0x90, 0x4F, 0x8E, 0x3E, 0xA9, 0xB5, 0x43, 0xF6, 0x54, 0x5D, 0xA1, 0xF2,
        ]
        let json = JSON.fields([
            "n": .number(16384), "r": .number(8), "p": .number(1),
            "salt": .string(Base64.encode(Array("SodiumChloride".utf8))), "key": .string(Base64.encode(key)),
        ])
        let hash = try #require(PasswordHash(json))
        #expect(try hash.matches("pleaseletmein"))
        #expect(try !hash.matches("pleaseletmeout"))
        #expect(hash.json == json)
    }

    @Test("of two users who chose the same one have nothing in common")
    func salted() throws {
        let (one, other) = (
            try PasswordHash("the same one", cost: Scenes.cost), try PasswordHash("the same one", cost: Scenes.cost)
        )
        #expect(one.salt != other.salt)
        #expect(one.key != other.key)
        #expect(try one.matches("the same one"))
    }

    @Test("cost what they cost for a name that nobody has")
    func decoy() throws {
        #expect(PasswordHash.decoy.cost == PasswordHash.Cost())
        #expect(try !PasswordHash.decoy.matches(""))
    }

    @Test(
        "with parameters that would take all memory, or are none, are none",
        arguments: [
            #"{"n":1073741824,"r":8,"p":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","key":"K"}"#,
            #"{"n":1000,"r":8,"p":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","key":"K"}"#,
            #"{"n":32768,"r":1e9,"p":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","key":"K"}"#,
            #"{"n":32768,"r":8,"p":1,"salt":"","key":"K"}"#,
            #"{"n":32768,"r":8,"p":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","key":"AA=="}"#,
            #"{"n":-1,"r":0,"p":0}"#, "null",
        ])
    func refused(text: String) throws {
        let key = Base64.encode([UInt8](repeating: 1, count: 32))
        #expect(PasswordHash(try JSONReader.read(Array(text.replacing("\"K\"", with: "\"\(key)\"").utf8))) == nil)
    }
}

@Suite("Users")
struct UserListTests {
    @Test("are read as they were written, and nobody else may read them")
    func file() throws {
        let folder = try TemporaryFolder()
        let path = try Scenes.users(folder)
        let list = try UserList(path: path)
        #expect(list.users.map(\.name) == ["emil", "olga", "vera"])
        #expect(list["olga"]?.role == .operator)
        #expect(try list["vera"]?.hash.matches("vera-secret") == true)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try folder.names() == ["plant.users"])
    }

    @Test("in a file that is open to others, or holds anything else, are refused with the reason")
    func refused() throws {
        let folder = try TemporaryFolder()
        let path = try Scenes.users(folder)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: FileProblem.self) { try UserList(path: path) }
        for text in ["", "{}", #"{"schema":"users/1","users":[{"name":"A"}]}"#, #"{"schema":"users/2","users":[]}"#] {
            try folder.write("other", Array(text.utf8))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.path("other"))
            #expect(throws: FileProblem.self, "\(text)") { try UserList(path: folder.path("other")) }
        }
    }

    @Test("have plain names", arguments: ["", "Anna", "a b", "a/b", "<b>", String(repeating: "a", count: 65), "ä"])
    func names(name: String) { #expect(!UserList.isName(name)) }

    @Test("are taken up when their file changes, and nobody is let in when it is gone")
    func directory() throws {
        let folder = try TemporaryFolder()
        let directory = UserDirectory(folder.path("plant.users"))
        #expect(directory.users == nil)
        let path = try Scenes.users(folder)
        #expect(directory.users?.count == 3)
        var list = try UserList(path: path)
        let isRemoved = list.remove("vera")
        #expect(isRemoved)
        try list.write(to: path)
        #expect(directory.users?.keys.sorted() == ["emil", "olga"])
        try FileManager.default.removeItem(atPath: path)
        #expect(directory.users == [:])
    }

    @Test("need a file where other machines come in")
    func rules() throws {
        let folder = try TemporaryFolder()
        let (here, everywhere) = (try #require(ListenAddress("127.0.0.1:0")), try #require(ListenAddress("0.0.0.0:0")))
        var rules = AccessRules(store: folder.path("plant.sqlite"))
        #expect(rules.refusal(of: here) == nil)
        #expect(rules.refusal(of: everywhere)?.contains("twin user add") == true)
        rules.isBehindTLS = true
        #expect(rules.refusal(of: here)?.contains("twin user add") == true)
        try UserList().write(to: folder.path("plant.users"))
        #expect(rules.refusal(of: everywhere)?.contains("holds no user") == true)
        _ = try Scenes.users(folder)
        #expect(rules.refusal(of: everywhere) == nil)
        #expect(rules.refusal(of: here) == nil)
    }
}
