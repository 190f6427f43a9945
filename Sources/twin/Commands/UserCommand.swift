public import ArgumentParser
import Foundation
import TwinConfiguration
import TwinCore
public import TwinWeb

extension Role: ExpressibleByArgument {}

/// `twin user`: who may log in at the pages.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Say who may log in at the pages.",
        discussion: """
            EXAMPLES
              twin user add anna --role operator
              twin user list --users /etc/twin/plant.users
              twin user remove anna

            A viewer looks; an engineer also acknowledges alarms and leads a replay; an operator
            also commands. A twin that runs takes a change up at once, and whom it is about must
            log in anew.
            """,
        subcommands: [AddUserCommand.self, ListUsersCommand.self, RemoveUserCommand.self])
}

/// Which file.
struct UserFileOptions: ParsableArguments {
    @Option(help: "File of the users; default beside the store.")
    var users: String?

    @Option(help: "SQLite store that the users are beside.")
    var store = "./twin.sqlite"

    var path: String { users ?? UserList.file(besideStore: store) }

    /// - Throws: 66 where there is none.
    func list() throws -> UserList { try UserList(path: path) }

    static func check(_ name: String) throws {
        guard UserList.isName(name) else {
            throw Failure(
                "\(quoted(name)) is no name; write small letters, digits, dots, dashes and underscores, at most 64",
                exitCode: 2)
        }
    }
}

struct AddUserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Let somebody log in.",
        usage: "twin user add <name> --role <role> [<options>]",
        discussion: """
            EXAMPLES
              twin user add anna --role operator
              twin user add wall --role viewer --password-file wall.password
              pass show twin | twin user add anna --role operator --password-file -

            The password is asked for, or read from a file that only you can read. It is kept as
            a scrypt hash.
            """)

    @OptionGroup var file: UserFileOptions

    @Option(help: "viewer, engineer or operator.")
    var role: Role

    @Option(help: "File that holds the password alone; - is standard input.")
    var passwordFile: String?

    @Flag(help: "Give a user that is there this role and password.")
    var replace = false

    @Flag(name: .shortAndLong, help: "Say less on standard error.")
    var quiet = false

    @Argument(help: "Small letters, digits, dots, dashes and underscores.")
    var name: String

    func run() async throws {
        try UserFileOptions.check(name)
        var list = FileManager.default.fileExists(atPath: file.path) ? try file.list() : UserList()
        guard replace || list[name] == nil else {
            throw Failure(
                "\(file.path): \(name) is there already; --replace gives another role and password", exitCode: 65)
        }
        let isNew = list[name] == nil
        try list.set(name, role, password: try PasswordPrompt.read(passwordFile))
        try list.write(to: file.path)
        guard !quiet else { return }
        let anew = isNew ? "" : ", and must log in anew"
        Terminal.say("\(name) may log in as \(role.rawValue)\(anew); see \(file.path)")
    }
}

struct ListUsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Say who may log in.",
        discussion: """
            EXAMPLES
              twin user list
              twin user list --users /etc/twin/plant.users --json
            """)

    @OptionGroup var file: UserFileOptions

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    func run() async throws {
        let users = try file.list().users
        if json {
            StandardOutput.write(
                JSON.fields([
                    "schema": .string("user_list/1"),
                    "users": .array(
                        users.map { .fields(["name": .string($0.name), "role": .string($0.role.rawValue)]) }),
                ]))
        } else {
            if users.isEmpty { StandardOutput.write("nobody may log in") }
            for user in users {
                StandardOutput.write(
                    "\(user.role.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0))\(user.name)")
            }
        }
    }
}

struct RemoveUserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Let somebody log in no more.",
        usage: "twin user remove <name> [<options>]",
        discussion: """
            EXAMPLES
              twin user remove anna

            Who is logged in under that name is out at once. An empty file lets nobody in;
            without the file who reaches a loopback address need not log in.
            """)

    @OptionGroup var file: UserFileOptions

    @Flag(name: .shortAndLong, help: "Say less on standard error.")
    var quiet = false

    @Argument(help: "Of the user.")
    var name: String

    func run() async throws {
        var list = try file.list()
        guard list.remove(name) else {
            throw Failure("\(file.path): there is no user \(quoted(name)); see twin user list", exitCode: 65)
        }
        try list.write(to: file.path)
        if !quiet {
            Terminal.say("\(name) may log in no more\(list.users.isEmpty ? "; nobody may now" : "")")
        }
    }
}
