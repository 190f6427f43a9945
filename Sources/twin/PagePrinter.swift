import Foundation
import TwinCore
import TwinFiles

/// Prints a page as PDF by a program that the machine has: a browser, or WeasyPrint.
enum PagePrinter {
    /// In the order in which they are looked for.
    private static let programs = ["chromium", "chromium-browser", "google-chrome", "weasyprint"]

    /// - Parameters:
    ///   - path: of the PDF, for messages.
    ///   - folders: where a program is looked for; those of PATH.
    ///   - seconds: after that long a program is stopped.
    /// - Returns: the PDF's bytes.
    static func pdf(
        _ page: [String], for path: String, in folders: [String] = PagePrinter.folders, seconds: Double = 60
    ) throws -> [UInt8] {
        guard let program = find(in: folders) else {
            throw Failure(
                "\(path): a PDF needs one of \(programs.joined(separator: ", ")) in PATH, and none is here; install one, or"
                    + " write --format html and print that", exitCode: 69)
        }
        let files = FileManager.default
        let folder = files.temporaryDirectory.appendingPathComponent("twin-page-\(UUID().uuidString)").path
        try files.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        // A browser may still write to its profile there.
        defer { try? files.removeItem(atPath: folder) }  // what stays is in the machine's own temporary folder
        let (source, target) = ("\(folder)/page.html", "\(folder)/page.pdf")
        try WholeFile.write(Array(page.joined(separator: "\n").utf8), to: source)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments(program, source, target, profile: "\(folder)/profile")
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard try end(process, within: seconds) else {
            throw Failure(
                "\(path): \(program) made no PDF in \(JSON.numberText(seconds)) s and was stopped; write --format html and"
                    + " print that", exitCode: 69)
        }
        guard process.terminationStatus == 0, files.fileExists(atPath: target) else {
            throw Failure(
                "\(path): \(program) made no PDF (exit \(process.terminationStatus)); write --format html and print that",
                exitCode: 69)
        }
        let bytes = try WholeFile.read(target, bytesMax: 64 << 20)
        guard bytes.starts(with: "%PDF-".utf8) else {
            throw Failure("\(path): what \(program) made is no PDF; write --format html and print that", exitCode: 69)
        }
        return bytes
    }

    /// Runs it.
    /// - Returns: whether it ended by itself; one that hangs is stopped, and killed where it does not listen.
    private static func end(_ process: Process, within seconds: Double) throws -> Bool {
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        if ended.wait(timeout: .now() + seconds) == .success { return true }
        process.terminate()
        if ended.wait(timeout: .now() + min(seconds, 5)) == .timedOut {
            kill(process.processIdentifier, SIGKILL)
            ended.wait()
        }
        return false
    }

    static var folders: [String] {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    }

    private static func find(in folders: [String]) -> String? {
        programs.lazy.flatMap { name in folders.map { "\($0)/\(name)" } }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private static func arguments(
        _ program: String, _ source: String, _ target: String, profile: String
    ) -> [String] {
        guard !program.hasSuffix("weasyprint") else { return [source, target] }
        // The page is our own and has no script; a browser's sandbox refuses to run for root.
        let sandbox = geteuid() == 0 ? ["--no-sandbox"] : []
        return sandbox + [
            "--headless", "--disable-gpu", "--user-data-dir=\(profile)", "--no-pdf-header-footer",
            "--print-to-pdf=\(target)", "file://\(source)",
        ]
    }
}
