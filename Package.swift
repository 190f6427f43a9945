// swift-tools-version: 6.2
import PackageDescription

/// Every target is built with these; warnings are errors so that they never pile up.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

/// Product targets are optimised in test builds too: the same tests take a sixth of the processor's time, and what is
/// tested is what runs. `TWIN_UNOPTIMISED=1` leaves it out, for a debugger.
let product: [SwiftSetting] =
    Context.environment["TWIN_UNOPTIMISED"] == nil
    ? strict + [.unsafeFlags(["-O"], .when(configuration: .debug))] : strict

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let scrypt: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let web: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"), .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Logging", package: "swift-log"),
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
]
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let real: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "plant-twin",
    products: [.executable(name: "twin", targets: ["twin"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Core: values, synchronous, no clock, no I/O.
        .target(name: "TwinUnits", swiftSettings: product),
        .target(name: "TwinCore", dependencies: ["TwinUnits", crypto], swiftSettings: product),
        .target(name: "TwinBooks", dependencies: ["TwinCore", "TwinUnits"], swiftSettings: product),
        // Below the rules and apart from them: a program knows columns and prices and nothing of a plant, so that the solver
        // need not know the rules, nor studies the dispatch.
        .target(name: "TwinProgram", swiftSettings: product),
        .target(name: "TwinDispatch", dependencies: ["TwinCore", "TwinUnits", "TwinProgram"], swiftSettings: product),
        .target(
            name: "TwinPlant", dependencies: ["TwinCore", "TwinUnits", "TwinDispatch", real], swiftSettings: product),
        // Arithmetic over the books of runs; who runs the plant stands above.
        .target(name: "TwinStudies", dependencies: ["TwinCore", "TwinUnits", "TwinBooks"], swiftSettings: product),

        // Shell: files, actors, C libraries. Arrows only point down.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        // libmosquitto must find our SSL_read; gold exports a function of its own accord only for a reference without a
        // version.
        .target(
            name: "CSocketBuffer",
            linkerSettings: [
                .linkedLibrary("dl"), .unsafeFlags(["-Xlinker", "--export-dynamic-symbol=SSL_read"]),
            ]),
        .target(name: "TwinFiles", dependencies: ["CZlib"], swiftSettings: product),
        .target(
            name: "TwinConfiguration",
            dependencies: ["TwinFiles", "TwinCore", "TwinUnits", "TwinPlant", "TwinBooks", "TwinDispatch", yams],
            swiftSettings: product),
        .target(
            name: "TwinImport", dependencies: ["TwinConfiguration", "TwinFiles", "TwinCore"], swiftSettings: product),
        .target(
            name: "TwinRuntime",
            dependencies: [
                "TwinImport", "TwinConfiguration", "TwinFiles", "TwinCore", "TwinUnits", "TwinPlant", "TwinBooks",
                "TwinDispatch", "TwinStudies", "TwinReports",
            ], swiftSettings: product),
        .target(
            name: "TwinMQTT", dependencies: ["TwinRuntime", "CMosquitto", "CSocketBuffer"],
            swiftSettings: product + [.strictMemorySafety()]),
        .target(
            name: "TwinStore",
            dependencies: ["TwinCore", "TwinUnits", "TwinBooks", "TwinDispatch", "TwinRuntime", grdb, sqlite],
            swiftSettings: product),
        // Clp and Cbc put handlers on SIGINT; their `signal` is ours, found as `SSL_read` is above.
        .target(
            name: "CSignalGuard",
            linkerSettings: [.linkedLibrary("dl"), .unsafeFlags(["-Xlinker", "--export-dynamic-symbol=signal"])]),
        // The solver's libraries are opened at run time; nothing here links them.
        .target(name: "TwinSolver", dependencies: ["TwinProgram", "CSignalGuard"], swiftSettings: product),
        .target(
            name: "TwinReports", dependencies: ["TwinCore", "TwinUnits", "TwinBooks", "TwinDispatch", "TwinStudies"],
            swiftSettings: product),
        // The page server: what people open. It sees the store and the run through their ports.
        .target(
            name: "TwinWeb",
            dependencies: [
                "TwinCore", "TwinUnits", "TwinPlant", "TwinBooks", "TwinDispatch", "TwinFiles", "TwinConfiguration",
                "TwinRuntime", "TwinReports", "TwinStudies", crypto, scrypt,
            ] + web,
            resources: [.embedInCode("Files")], swiftSettings: product),
        .executableTarget(
            name: "twin",
            dependencies: [
                "TwinCore", "TwinUnits", "TwinPlant", "TwinBooks", "TwinDispatch", "TwinFiles", "TwinConfiguration",
                "TwinImport", "TwinRuntime", "TwinMQTT", "TwinSolver", "TwinStore", "TwinReports", "TwinStudies",
                "TwinWeb",
                argumentParser,
            ],
            swiftSettings: product),

        // For `make bench` alone: the device models without the rest of the program.
        .executableTarget(
            name: "StepBench", dependencies: ["TwinPlant", "TwinCore"], path: "Tests/StepBench",
            swiftSettings: product),

        // Programs of known size and known results, for tests and `make bench`.
        .target(
            name: "ReferencePrograms", dependencies: ["TwinProgram"], path: "Tests/ReferencePrograms",
            swiftSettings: product),
        .executableTarget(
            name: "SolveBench",
            dependencies: [
                "ReferencePrograms", "TwinSolver", "TwinProgram", "TwinDispatch", "TwinRuntime", "TwinConfiguration",
                "TwinCore",
            ],
            path: "Tests/SolveBench", swiftSettings: product),

        .executableTarget(
            name: "PageBench", dependencies: ["TwinWeb", "TwinRuntime", "TwinConfiguration", "TwinCore"],
            path: "Tests/PageBench", swiftSettings: product),

        // For `make hostile` and a test: mutated inputs through everything that reads.
        .target(
            name: "HostileInputs",
            dependencies: [
                "TwinRuntime", "TwinImport", "TwinConfiguration", "TwinFiles", "TwinDispatch", "TwinCore",
                "TwinTesting",
            ],
            path: "Tests/HostileInputs", swiftSettings: product),
        .executableTarget(
            name: "HostileBench", dependencies: ["HostileInputs"], path: "Tests/HostileBench", swiftSettings: product),

        // What the tests of the shell share; part of no product.
        .target(
            name: "TwinTesting",
            dependencies: [
                "TwinRuntime", "TwinImport", "TwinConfiguration", "TwinFiles", "TwinBooks", "TwinCore", "TwinUnits",
            ],
            path: "Tests/TwinTesting", swiftSettings: product),
        // The live pipeline over a simulated world, for tests and `make soak`; part of no product.
        .target(
            name: "TwinSimulation",
            dependencies: [
                "TwinRuntime", "TwinConfiguration", "TwinFiles", "TwinBooks", "TwinPlant", "TwinCore", "TwinUnits",
            ],
            path: "Tests/TwinSimulation", swiftSettings: product),
        .executableTarget(
            name: "SoakRun", dependencies: ["TwinSimulation", "TwinConfiguration"], path: "Tests/SoakRun",
            swiftSettings: product),
        // For tests of what a thing costs: the time of a thread, not of the clock.
        .target(name: "ProcessorTime", path: "Tests/ProcessorTime", swiftSettings: product),
        // House rules, by reading the sources.
        .testTarget(name: "TidyTests", swiftSettings: strict),
        .testTarget(
            name: "TwinCoreTests", dependencies: ["TwinCore", "TwinUnits", "ProcessorTime"], swiftSettings: strict),
        .testTarget(
            name: "TwinPlantTests",
            dependencies: [
                "TwinPlant", "TwinDispatch", "TwinProgram", "TwinSolver", "TwinCore", "TwinUnits", "ProcessorTime",
                real,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TwinBooksTests", dependencies: ["TwinBooks", "TwinCore", "TwinUnits"], swiftSettings: strict),
        .testTarget(
            name: "TwinStudiesTests", dependencies: ["TwinStudies", "TwinCore"], swiftSettings: strict),
        .testTarget(
            name: "TwinProgramTests", dependencies: ["TwinProgram", "ReferencePrograms"], swiftSettings: strict),
        .testTarget(
            name: "TwinSolverTests",
            dependencies: [
                "TwinSolver", "TwinProgram", "ReferencePrograms", "TwinFiles", "TwinCore", "TwinTesting",
                "CSignalGuard",
            ], swiftSettings: strict),
        .testTarget(
            name: "TwinDispatchTests", dependencies: ["TwinDispatch", "TwinProgram", "TwinSolver", "TwinCore"],
            swiftSettings: strict),
        .testTarget(
            name: "TwinFilesTests", dependencies: ["TwinFiles", "TwinCore", "TwinTesting"], swiftSettings: strict),
        .testTarget(
            name: "TwinConfigurationTests",
            dependencies: [
                "TwinConfiguration", "TwinFiles", "TwinCore", "TwinUnits", "TwinPlant", "TwinBooks", "TwinTesting",
                "ProcessorTime",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TwinImportTests",
            dependencies: ["TwinImport", "TwinConfiguration", "TwinFiles", "TwinCore", "TwinTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "TwinRuntimeTests",
            dependencies: [
                "TwinRuntime", "TwinImport", "TwinConfiguration", "TwinFiles", "TwinStore", "TwinReports", "TwinBooks",
                "TwinDispatch", "TwinPlant", "TwinProgram", "TwinSolver", "TwinStudies", "TwinCore", "TwinUnits",
                "TwinTesting", "TwinSimulation", "HostileInputs", "ProcessorTime",
                grdb, sqlite,
            ], exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "TwinWebTests",
            dependencies: [
                "TwinWeb", "TwinRuntime", "TwinReports", "TwinConfiguration", "TwinStore", "TwinBooks", "TwinPlant",
                "TwinDispatch", "TwinCore", "TwinUnits", "TwinTesting", "TwinSimulation",
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + web, swiftSettings: strict),
        .testTarget(name: "TwinMQTTTests", dependencies: ["TwinMQTT", "TwinTesting"], swiftSettings: strict),
        .testTarget(
            name: "TwinEndToEndTests",
            dependencies: ["twin", "TwinCore", "TwinConfiguration", "TwinRuntime", "TwinMQTT", "TwinTesting"],
            swiftSettings: strict),
    ]
)

// `make check` builds no more tests than it runs: the core's.
if Context.environment["TWIN_CHECK"] != nil {
    let quick = [
        "TidyTests", "TwinCoreTests", "TwinPlantTests", "TwinBooksTests", "TwinDispatchTests", "TwinProgramTests",
        "TwinStudiesTests",
    ]
    package.targets.removeAll { $0.type == .test && !quick.contains($0.name) }
}

// `make docs` alone needs the documentation plugin; nobody else resolves it.
if Context.environment["TWIN_DOCS"] != nil {
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"))
}
