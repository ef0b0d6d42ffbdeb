// swift-tools-version: 6.2
import PackageDescription

// One rule for every Swift target: Swift 6 mode, no implicit existentials, and a warning is an error.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A room of the house. Arrows run downwards only: docs/architecture.md draws them.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.byName(name: name), "FloorTesting"] + dependencies, swiftSettings: strict)
}

let package = Package(
    name: "TradingFloor",
    products: [.executable(name: "floor", targets: ["floor"])],
    dependencies: [
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // C ABI shims, one importer each.
        .target(name: "CPlatform"),
        .target(name: "CAllocations"),
        .target(
            name: "CQuickFIX", dependencies: ["CPlatform"],
            cxxSettings: [.define("HAVE_SSL", to: "1")],
            linkerSettings: [.linkedLibrary("quickfix"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(
            name: "CWebSockets",
            cSettings: [.unsafeFlags(["-std=gnu11"])],
            linkerSettings: [.linkedLibrary("websockets")]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),

        // What an element is, and the values through which rooms meet.
        room("PlainData", ["CPlatform"]),
        room("TradingModel", ["PlainData"]),
        room("StreamRuntime", ["PlainData", "CPlatform"]),
        room("Clearance", ["TradingModel", "PlainData"]),

        // The Swift faces of the C libraries.
        room("FIXSessions", ["CQuickFIX", "PlainData"]),
        room("WebSockets", ["CWebSockets"]),

        // The desk's rooms. They do not import each other.
        room("MarketData", ["TradingModel", "StreamRuntime", "PlainData", "WebSockets", "CPlatform", "CZlib", "CZstd"]),
        room("Operators", ["TradingModel", "Clearance", "StreamRuntime", "PlainData"]),
        room("FIXRouter", ["TradingModel", "Clearance", "StreamRuntime", "PlainData", "FIXSessions"]),
        room("OMS", ["TradingModel", "StreamRuntime", "PlainData"]),
        room("Reconciler", ["TradingModel", "StreamRuntime", "PlainData"]),
        room("Ledger", ["TradingModel", "PlainData", .product(name: "GRDB", package: "GRDB.swift")]),
        room("Publishing", ["StreamRuntime", "PlainData", "WebSockets"]),
        room("Topology", [.product(name: "Yams", package: "Yams")]),

        // What stands on the rooms.
        room(
            "PaperVenue",
            ["Clearance", "TradingModel", "PlainData", "MarketData", "FIXSessions", "StreamRuntime", "Topology", "WebSockets"]),
        room(
            "Desk",
            [
                "Clearance", "FIXRouter", "FIXSessions", "Ledger", "MarketData", "OMS", "Operators", "PlainData", "Publishing",
                "PaperVenue", "Reconciler", "StreamRuntime", "Topology", "TradingModel", "WebSockets",
            ]),
        room(
            "BatchBridge",
            ["Desk", "TradingModel", "StreamRuntime", "PlainData", "Clearance", "MarketData", "PaperVenue", "Topology"]),
        room("Console", ["StreamRuntime", "WebSockets"]),
        .executableTarget(
            name: "floor",
            dependencies: [
                "BatchBridge", "Clearance", "Console", "Desk", "FIXRouter", "FIXSessions", "Ledger", "MarketData", "OMS",
                "Operators",
                "PaperVenue", "PlainData", "Reconciler", "StreamRuntime", "Topology", "TradingModel", "WebSockets", "CPlatform",
                "CAllocations",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Tests, one target a room; FloorTesting holds what several share.
        .target(
            name: "FloorTesting", dependencies: ["StreamRuntime", "TradingModel", "PlainData"], path: "Tests/FloorTesting",
            swiftSettings: strict),
        .testTarget(
            name: "FloorTestingTests", dependencies: ["FloorTesting", "StreamRuntime", "PlainData"], swiftSettings: strict),
        .testTarget(
            name: "ExampleTests", dependencies: ["FloorTesting", "Operators", "StreamRuntime", "TradingModel", "PlainData"],
            path: "examples/own-operator", swiftSettings: strict),
        .target(
            name: "FloorSimulation",
            dependencies: [
                "Clearance", "Desk", "FIXRouter", "FIXSessions", "OMS", "PlainData", "StreamRuntime", "Topology", "TradingModel",
            ], path: "Tests/FloorSimulation", swiftSettings: strict),
        .testTarget(name: "SimulationTests", dependencies: ["FloorSimulation", "Desk", "StreamRuntime"], swiftSettings: strict),
        tests(of: "PlainData"),
        tests(of: "TradingModel", ["PlainData"]),
        tests(of: "StreamRuntime", ["PlainData", "CPlatform"]),
        tests(of: "Clearance", ["TradingModel"]),
        tests(of: "FIXSessions"),
        tests(of: "WebSockets"),
        tests(of: "MarketData", ["TradingModel", "StreamRuntime", "PlainData", "WebSockets"]),
        tests(of: "Operators", ["TradingModel", "Clearance", "StreamRuntime", "PlainData"]),
        tests(of: "FIXRouter", ["TradingModel", "Clearance", "StreamRuntime", "PlainData", "FIXSessions"]),
        tests(of: "OMS", ["TradingModel", "StreamRuntime", "PlainData"]),
        tests(of: "Reconciler", ["TradingModel", "StreamRuntime", "PlainData"]),
        tests(of: "Ledger", ["TradingModel", "PlainData"]),
        tests(of: "Publishing", ["StreamRuntime", "PlainData", "TradingModel", "WebSockets"]),
        tests(of: "Topology"),
        tests(
            of: "PaperVenue",
            [
                "Clearance", "StreamRuntime", "TradingModel", "PlainData", "MarketData", "FIXSessions", "Topology", "WebSockets",
            ]),
        tests(of: "Desk", ["Clearance", "Ledger", "Operators", "TradingModel", "StreamRuntime", "PlainData", "Topology"]),
        tests(of: "Console", ["StreamRuntime", "PlainData", "WebSockets"]),
        tests(of: "BatchBridge", ["Desk", "TradingModel", "StreamRuntime", "PlainData", "MarketData", "PaperVenue", "Topology"]),
        .testTarget(
            name: "FloorTests",
            dependencies: ["FloorTesting", "Desk", "Ledger", "StreamRuntime", "TradingModel", "PlainData"],
            exclude: ["Fixtures", "Peers"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx14
)
