import Foundation
import GRDB
public import TwinRuntime

/// A store that cannot be used, with what to do about it.
public struct StoreProblem: StoreTrouble, Sendable {
    /// What is the matter: a live twin goes on without its store, and does with it what helps.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// Another process holds a lock on it; it can be used later.
        case locked
        /// It is a store of ours, and what it holds is not what was written.
        case damaged
        /// It is no store of this program.
        case foreign
        /// It is a store that another version of this program reads.
        case otherVersion
        /// The disk has no room.
        case full
        /// The file or its folder may not be written, or read.
        case permission
        /// It does not exist.
        case missing
        /// It holds a run that this one does not fit beside.
        case occupied
        /// Anything else, such as a disk that fails.
        case failed
    }

    public var kind: Kind
    public var description: String
    public var exitCode: Int32

    init(_ description: String, _ kind: Kind, exitCode: Int32) {
        self.kind = kind
        self.description = description
        self.exitCode = exitCode
    }

    /// Damage, with the command that mends it.
    /// - Parameter what: a place and what is wrong there.
    static func damaged(_ path: String, _ what: String) -> StoreProblem {
        StoreProblem(
            "\(path): \(what); make the store anew from the run's journal: twin verify --store \(path) --repair",
            .damaged, exitCode: 65)
    }

    /// What SQLite has to say, in the words of the store.
    /// - Parameters:
    ///   - what: `write` or `read`.
    ///   - exitCode: of a failure that has none of its own.
    init(_ error: DatabaseError, _ path: String, cannot what: String, exitCode: Int32 = 74) {
        let words = error.message ?? "unknown"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                "\(path): cannot \(what) the store, another process holds a lock on it (\(words)); end what works on it"
                    + " and try again", .locked, exitCode: 74)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_MISMATCH, .SQLITE_ERROR:
            // The program's own statements are right: what they do not find was there once.
            self =
                StoreProblem.isOurs(path)
                ? .damaged(path, "damaged: the file (\(words))")
                : StoreProblem(
                    "\(path): is not a store of this program (\(words)); choose another --store", .foreign, exitCode: 65
                )
        case .SQLITE_FULL:
            self.init(
                "\(path): cannot \(what) the store, the disk is full; make room, nothing of the journal is lost", .full,
                exitCode: 74)
        case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH, .SQLITE_CANTOPEN:
            self.init(
                "\(path): cannot \(what) the store (\(words)); choose another --store", .permission, exitCode: exitCode)
        default: self.init("\(path): cannot \(what) the store (\(words))", .failed, exitCode: exitCode)
        }
    }

    /// Whether a file says in its head that it is a store, whatever the rest of it says.
    private static func isOurs(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }  // it was only read
        guard let head = try? file.read(upToCount: 100), head.count == 100 else { return false }  // no head, no store
        return head[68..<72].elementsEqual("twin".utf8)
    }
}

extension StoreProblem: StoreFault {
    public var isPassing: Bool {
        switch kind {
        case .locked, .damaged, .full, .failed, .missing: true
        case .foreign, .otherVersion, .permission, .occupied: false
        }
    }
}

/// Moves a store away, with what SQLite keeps beside it, so that a new one can take its place.
/// - Returns: where it is now: `<path>.damaged-1`, or with the next number that is free.
/// - Throws: `StoreProblem` when it cannot be moved; then it is where it was.
public func setStoreAside(_ path: String) throws -> String {
    let files = FileManager.default
    let suffixes = ["", "-wal", "-shm"]
    func isFree(_ target: String) -> Bool { !suffixes.contains { files.fileExists(atPath: target + $0) } }
    let target = (1...).lazy.map { "\(path).damaged-\($0)" }.first(where: isFree) ?? path
    do {
        // The store last: until it is gone, it is found and set aside again.
        for suffix in suffixes.reversed() where files.fileExists(atPath: path + suffix) {
            try files.moveItem(atPath: path + suffix, toPath: target + suffix)
        }
    } catch {
        throw StoreProblem(
            "\(path): cannot be set aside as \(target) (\(error.systemWords)); move it away by hand",
            .permission, exitCode: 77)
    }
    return target
}
