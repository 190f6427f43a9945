import Foundation
import Testing
import TwinTesting
@testable import twin

/// A browser is a program of others: it may hang, fail or write anything.
@Suite
struct PagePrinterTests {
    /// The message of a try with a `chromium` that is this script.
    private func message(_ script: String, seconds: Double = 30) throws -> String {
        let folder = try TemporaryFolder()
        // Another process writes it: a file that this one has open while a test beside it forks is busy and cannot be run.
        let writer = Process()
        writer.executableURL = URL(fileURLWithPath: "/bin/sh")
        writer.arguments = [
            "-c", "printf '#!/bin/sh\n%s\n' \"$1\" >\"$2\" && chmod 700 \"$2\"", "sh", script, folder.path("chromium"),
        ]
        try writer.run()
        writer.waitUntilExit()
        let failure = #expect(throws: Failure.self) {
            try PagePrinter.pdf(["<html>"], for: "day.pdf", in: [folder.url.path], seconds: seconds)
        }
        #expect(failure?.exitCode == 69)
        return failure?.text ?? ""
    }

    @Test func `One that hangs is stopped, and killed where it does not listen`() throws {
        #expect(try message("exec /bin/sleep 600", seconds: 0.2).contains("made no PDF in 0.2 s and was stopped"))
        #expect(
            try message("trap '' TERM; while :; do /bin/sleep 0.1; done", seconds: 0.2).contains("and was stopped"))
    }

    @Test func `One that fails, or makes something else, is named`() throws {
        #expect(try message("exit 3").contains("made no PDF (exit 3)"))
        #expect(try message("exit 0").contains("made no PDF (exit 0)"))
        let other = "for word; do case $word in --print-to-pdf=*) echo no >\"${word#--print-to-pdf=}\";; esac; done"
        #expect(try message(other).contains("is no PDF"))
    }
}
