import Foundation
import Testing
import TwinTesting

/// The pages in a real browser. `Tests/pages` says what it does there and what it expects.
@Suite("Pages", .serialized)
struct PagesTests {
    private static let folder = "\(Repository.root.path)/Tests/pages"

    @Test(
        "in a browser",
        arguments: [
            "test_played.py", "test_paced.py", "test_access.py", "test_accessibility.py", "test_pressure.py",
            "test_hostile.py", "test_kinds.py",
        ])
    func inBrowser(file: String) async throws {
        try await Scene.play { scene in
            let run = try Run(
                URL(fileURLWithPath: "/usr/bin/python3"),
                ["-B", "-m", "unittest", "discover", "-v", "-s", PagesTests.folder, "-p", file],
                environment: ["TWIN": try Places.twin().path],
                output: URL(fileURLWithPath: scene.path("pages")))
            let ending = try await run.ending(within: .seconds(900))
            #expect(ending.code == 0, "\(file):\n\(ending.err.suffix(6000))")
        }
    }
}
