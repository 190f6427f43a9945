import TwinCore
public import TwinFiles

/// Who may log in.
public struct User: Sendable, Hashable {
    public let name: String
    public let role: Role
    let hash: PasswordHash
}

/// The users in a file of their own: JSON that nobody but its owner may read.
public struct UserList: Sendable, Hashable {
    /// Shorter passwords are guessed.
    public static let passwordBytes = 8...1024

    private static let bytesMax = 1 << 20
    private static let schema = "users/1"

    /// By name.
    public private(set) var users: [User] = []

    public init() {}

    public subscript(name: String) -> User? { users.first { $0.name == name } }

    /// Small letters, digits, dots, dashes and underscores, at most 64.
    public static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x5F].contains($0)
            }
    }

    /// Where the users of a store are by default: beside it.
    public static func file(besideStore store: String) -> String {
        (store.hasSuffix(".sqlite") ? String(store.dropLast(7)) : store) + ".users"
    }

    /// - Throws: where it cannot be read, is open to others, or holds anything but users.
    public init(path: String) throws(FileProblem) {
        let bytes = try WholeFile.secret(path, bytesMax: UserList.bytesMax)
        func bad(_ what: String) -> FileProblem {
            .badData(path: path, sentence: "\(what); make it with twin user add")
        }
        let json: JSON
        do { json = try JSONReader.read(bytes) } catch { throw bad("is no JSON (\(error.rawValue))") }
        guard json["schema"]?.text == UserList.schema, let items = json["users"]?.items else {
            throw bad("has no schema \(UserList.schema)")
        }
        for (place, item) in items.enumerated() {
            guard let name = item["name"]?.text, UserList.isName(name),
                let role = item["role"]?.text.flatMap(Role.init), let hash = PasswordHash(item["scrypt"])
            else { throw bad("user \(place + 1) needs a name, a role and a scrypt with n, r, p, salt and key") }
            put(User(name: name, role: role, hash: hash))
        }
    }

    /// Writes the whole of it, or nothing.
    public func write(to path: String) throws(FileProblem) {
        let json = JSON.fields([
            "schema": .string(UserList.schema),
            "users": .array(
                users.map { user in
                    .fields([
                        "name": .string(user.name), "role": .string(user.role.rawValue), "scrypt": user.hash.json,
                    ])
                }),
        ])
        try WholeFile.writeSecret(Array((json.pretty() + "\n").utf8), to: path)
    }

    /// Adds a user, or gives one another role and password. Takes its time.
    public mutating func set(_ name: String, _ role: Role, password: String) throws {
        put(User(name: name, role: role, hash: try PasswordHash(password)))
    }

    mutating func put(_ user: User) {
        users.removeAll { $0.name == user.name }
        users.append(user)
        users.sort { $0.name < $1.name }
    }

    /// - Returns: whether there was one.
    public mutating func remove(_ name: String) -> Bool {
        let count = users.count
        users.removeAll { $0.name == name }
        return users.count < count
    }
}
