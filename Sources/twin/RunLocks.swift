import Foundation
import Glibc
import TwinFiles
import TwinRuntime

/// Holds the journal's folder and the store of a run from its first moment on: two twins would write one journal.
struct RunLocks {
    private var locks: [FileLock] = []
    private let folder: String
    private let madeFolder: Bool

    init(folder: String, store: String) throws {
        self.folder = folder
        madeFolder = !FileManager.default.fileExists(atPath: folder)
        if madeFolder { try LocalDisk().makeFolder(folder) }
        locks.append(
            try RunLocks.lock(folder + "/.lock", of: "\(folder): another twin is running on this journal", "--journal"))
        do { locks.append(try RunLocks.lockStore(store)) } catch {
            release()
            throw error
        }
    }

    /// A lock file of its own: the store's file may be set aside while it is in use.
    static func lockStore(_ store: String) throws -> FileLock {
        // Another name of one file is no other store.
        let real = realpath(store, nil)
        defer { free(real) }
        let path = real.map { String(cString: $0) } ?? store
        return try lock(path + ".lock", of: "\(store): another process writes this store", "--store")
    }

    private static func lock(_ path: String, of what: String, _ option: String) throws -> FileLock {
        do { return try FileLock(path, creating: true) } catch let held as FileLock.Held {
            let who = held.process.map { " (process \($0))" } ?? ""
            throw Failure("\(what)\(who); stop it or use another \(option)", exitCode: 73)
        } catch let problem as FileProblem {
            // It is an output: that its folder is missing is no missing input.
            throw Failure(
                "\(path): cannot be created, its folder is missing or may not be written; choose another \(option)",
                exitCode: problem.exitCode == 77 ? 77 : 73)
        }
    }

    /// An empty folder that was made for nothing goes again.
    func release() {
        for lock in locks { lock.release() }
        guard madeFolder else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []  // nothing to tidy then
        guard names.allSatisfy({ $0 == ".lock" }) else { return }
        unlink(folder + "/.lock")
        rmdir(folder)
    }
}
