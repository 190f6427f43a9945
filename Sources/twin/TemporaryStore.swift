import Foundation

/// Where a store may lie that is gone with its command.
struct TemporaryStore {
    let path = FileManager.default.temporaryDirectory.path + "/twin-\(UUID().uuidString).sqlite"

    func remove() {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: path + suffix)  // may not exist
        }
    }
}
