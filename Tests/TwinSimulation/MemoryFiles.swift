import TwinCore

/// Files and their names in memory, which know what a power cut leaves of them.
struct MemoryFiles: Sendable {
    enum Node: Sendable, Hashable {
        case folder
        case file(Int)
    }

    struct File: Sendable {
        var bytes: [UInt8] = []
        /// So many of them are on the disk.
        var synced = 0
        /// What a cut took away and the disk still has.
        var uncut: [UInt8] = []
        var isLocked = false
    }

    /// A change of a folder's names; it is on the disk when the folder is synced.
    private enum Change: Sendable {
        case put(String, Node)
        case remove(String)
        case move(String, String)

        var folder: String {
            switch self {
            case .put(let path, _), .remove(let path), .move(let path, _): MemoryFiles.folder(of: path)
            }
        }

        func apply(to names: inout [String: Node]) {
            switch self {
            case .put(let path, let node): names[path] = node
            case .remove(let path): for name in Change.names(in: names, at: path) { names[name] = nil }
            case .move(let path, let target):
                for name in Change.names(in: names, at: target) { names[name] = nil }
                for name in Change.names(in: names, at: path) {
                    names[target + name.dropFirst(path.count)] = names.removeValue(forKey: name)
                }
            }
        }

        /// A file, or a folder with all in it.
        private static func names(in names: [String: Node], at path: String) -> [String] {
            names.keys.filter { $0 == path || $0.hasPrefix(path + "/") }
        }
    }

    private(set) var names: [String: Node] = [:]
    private var durable: [String: Node] = [:]
    private var changes: [Change] = []
    var files: [File] = []

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    func file(_ path: String) -> Int? {
        if case .file(let number)? = names[path] { number } else { nil }
    }

    /// Names in a folder, sorted; nil where there is none.
    func list(_ folder: String) -> [String]? {
        guard names[folder] == .folder else { return nil }
        return names.keys.filter { MemoryFiles.folder(of: $0) == folder }.map { String($0.dropFirst(folder.count + 1)) }
            .sorted()
    }

    // MARK: - Changes

    mutating func makeFolder(_ path: String) {
        guard !path.isEmpty, names[path] == nil else { return }
        makeFolder(MemoryFiles.folder(of: path))
        change(.put(path, .folder))
    }

    /// An empty file in the place of what was there.
    mutating func makeFile(_ path: String) -> Int {
        files.append(File())
        change(.put(path, .file(files.count - 1)))
        return files.count - 1
    }

    mutating func remove(_ path: String) { change(.remove(path)) }
    mutating func move(_ path: String, to target: String) { change(.move(path, target)) }

    private mutating func change(_ change: Change) {
        change.apply(to: &names)
        changes.append(change)
    }

    mutating func cut(_ number: Int, to size: Int) {
        if size < files[number].synced {
            files[number].uncut = Array(files[number].bytes[size..<files[number].synced])
            files[number].synced = size
        }
        files[number].bytes.removeLast(max(0, files[number].bytes.count - size))
    }

    // MARK: - The disk

    mutating func syncFolder(_ folder: String) {
        for change in changes where change.folder == folder { change.apply(to: &durable) }
        changes.removeAll { $0.folder == folder }
    }

    mutating func sync(_ number: Int) {
        files[number].synced = files[number].bytes.count
        files[number].uncut = []
    }

    /// The process is gone and the machine stays: what was written can be read.
    mutating func kill() {
        for number in files.indices { files[number].isLocked = false }
    }

    /// Names come back up to any change that their folder did not sync, files up to any byte that they did not.
    mutating func cutPower(_ chance: inout SeedStream) {
        for folder in Set(changes.map(\.folder)).sorted() {
            let own = changes.filter { $0.folder == folder }
            for change in own.prefix(chance.below(own.count + 1)) { change.apply(to: &durable) }
        }
        changes = []
        names = durable
        for number in files.indices { cutPower(&files[number], &chance) }
        kill()
    }

    private func cutPower(_ file: inout File, _ chance: inout SeedStream) {
        if !file.uncut.isEmpty, chance.happens(0.5) {
            file.bytes = Array(file.bytes.prefix(file.synced)) + file.uncut
        } else if file.bytes.count > file.synced {
            var end = file.synced + chance.below(file.bytes.count - file.synced + 1)
            // Whole sectors as often as any byte.
            if chance.happens(0.5) { end = max(file.synced, end / MemoryFiles.sector * MemoryFiles.sector) }
            file.bytes.removeLast(file.bytes.count - end)
        }
        file.synced = file.bytes.count
        file.uncut = []
    }

    private static let sector = 512
}
