import Glibc
import Synchronization
import TwinFiles

/// The users as the server knows them: read anew when their file changes. Safe from any thread.
final class UserDirectory: Sendable {
    private struct Stamp: Equatable {
        var seconds: Int
        var nanoseconds: Int
        var bytes: Int
        var inode: UInt
    }

    private struct State {
        var stamp: Stamp?
        /// Nil where there never was a file: then nobody need log in.
        var users: [String: User]?
    }

    private let path: String?
    private let state = Mutex(State())

    /// - Parameter path: of a file that need not be there; nil for none.
    init(_ path: String?) { self.path = path }

    /// By name; nil where nobody need log in. A file that is gone, or cannot be read, lets nobody in.
    var users: [String: User]? {
        guard let path else { return nil }
        return state.withLock { state in
            var found = stat()
            guard stat(path, &found) == 0 else {
                if state.users != nil { state = State(stamp: nil, users: [:]) }
                return state.users
            }
            let stamp = Stamp(
                seconds: found.st_mtim.tv_sec, nanoseconds: found.st_mtim.tv_nsec, bytes: Int(found.st_size),
                inode: UInt(found.st_ino))
            if stamp != state.stamp {
                let list = try? UserList(path: path)  // what is no list of users lets nobody in
                state.stamp = stamp
                state.users = Dictionary((list?.users ?? []).map { ($0.name, $0) }) { first, _ in first }
            }
            return state.users
        }
    }
}
