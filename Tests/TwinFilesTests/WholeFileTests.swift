import Foundation
import Glibc
import Testing
import TwinFiles
import TwinTesting

@Suite("Whole files")
struct WholeFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func code(_ body: () throws -> Void) -> Int32? {
        do { try body() } catch { return (error as? FileProblem)?.exitCode }
        return nil
    }

    @Test("what is no regular file is refused at once, and what is not there is not found")
    func kinds() throws {
        #expect(mkfifo(folder.path("fifo"), 0o600) == 0)
        for path in [folder.path("fifo"), "/dev/zero", folder.path] {
            #expect(code { _ = try WholeFile.start(of: path, bytesMax: 10) } == 65)
            #expect(code { _ = try WholeFile.read(path, bytesMax: 10) } == 65)
            #expect(code { _ = try WholeFile.secret(path) } == 65)
        }
        #expect(code { _ = try WholeFile.read(folder.path("nowhere"), bytesMax: 10) } == 66)
    }

    @Test("a long file is not held: its beginning is read, and one byte that says so")
    func long() throws {
        let path = try folder.write("long", [])
        // Six gigabytes that are nowhere.
        #expect(truncate(path, 6 << 30) == 0)
        #expect(try WholeFile.start(of: path, bytesMax: 1000).count == 1001)
        #expect(code { _ = try WholeFile.read(path, bytesMax: 1000) } == 65)
        try folder.write("right", Array("12345".utf8))
        #expect(try WholeFile.read(folder.path("right"), bytesMax: 5) == Array("12345".utf8))
        #expect(try WholeFile.start(of: folder.path("right"), bytesMax: 3) == Array("1234".utf8))
    }

    @Test("a secret that others may read or write is refused with what to do", arguments: [0o644, 0o640, 0o602, 0o610])
    func secrets(mode: Int) throws {
        let path = try folder.write("key", Array("secret\n".utf8))
        #expect(chmod(path, mode_t(mode)) == 0)
        let problem = #expect(throws: FileProblem.self) { try WholeFile.secret(path) }
        #expect(problem?.exitCode == 77 && problem?.description.contains("chmod 600 \(path)") == true)
        #expect(chmod(path, 0o600) == 0)
        #expect(try WholeFile.secret(path) == Array("secret\n".utf8))
        #expect(chmod(path, 0o400) == 0)
        #expect(try WholeFile.secret(path).count == 7)
    }
}
