import Foundation
import Glibc
import TwinFiles
import TwinWeb

/// Where a password comes from: a file, standard input, or somebody at a terminal. Never the command line, which others see.
enum PasswordPrompt {
    /// - Parameter file: `-` is standard input; nil asks at the terminal, twice.
    static func read(_ file: String?) throws -> String {
        if let file {
            let bytes = try WholeFile.secret(file, bytesMax: 65_536)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Failure("\(file): is no text; a password file holds the password alone", exitCode: 65)
            }
            return try checked(text.trimmingCharacters(in: .newlines))
        }
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else {
            throw Failure(
                "there is no terminal to ask on; name a file with --password-file, or - for standard input", exitCode: 2
            )
        }
        defer { close(terminal) }
        let first = try checked(ask("password: ", terminal))
        guard try ask("the same again: ", terminal) == first else { throw Failure("the two differ", exitCode: 65) }
        return first
    }

    private static func checked(_ password: String) throws -> String {
        let range = UserList.passwordBytes
        guard range.contains(password.utf8.count), !password.utf8.contains(0x0A) else {
            throw Failure(
                "a password is one line of \(range.lowerBound) to \(range.upperBound) bytes", exitCode: 65)
        }
        return password
    }

    /// Asks without showing what is typed.
    private static func ask(_ words: String, _ terminal: Int32) throws -> String {
        var before = termios()
        guard tcgetattr(terminal, &before) == 0 else {
            throw Failure("the terminal cannot be asked (\(String(cString: strerror(errno))))", exitCode: 74)
        }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer {
            tcsetattr(terminal, TCSAFLUSH, &before)
            put("\n", terminal)
        }
        put(words, terminal)
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while Glibc.read(terminal, &byte, 1) == 1, byte != 0x0A, bytes.count <= 4096 { bytes.append(byte) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure("that is no text", exitCode: 65)
        }
        return text
    }

    private static func put(_ text: String, _ terminal: Int32) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(terminal, $0.baseAddress, $0.count) }
    }
}
