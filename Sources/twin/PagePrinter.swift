import Foundation
import TwinFiles

/// Prints a page as PDF by a program that the machine has: a browser, or WeasyPrint.
enum PagePrinter {
    /// In the order in which they are looked for.
    private static let programs = ["chromium", "chromium-browser", "google-chrome", "weasyprint"]

    /// - Parameter path: of the PDF, for messages.
    /// - Returns: the PDF's bytes.
    static func pdf(_ page: [String], for path: String) throws -> [UInt8] {
        guard let program = find() else {
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
        try process.run()
        process.waitUntilExit()
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

    private static func find() -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return programs.lazy.flatMap { name in folders.map { "\($0)/\(name)" } }
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
