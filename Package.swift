// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: the Swift 6 language mode, and no warning survives.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  // Dynamic exclusivity checks stay on in debug builds, where every test runs; in release builds
  // they were a tenth of the cost of a small request. Cross-module optimization lets generic leaves
  // like `Lock` be specialized.
  .unsafeFlags(
    ["-enforce-exclusivity=unchecked", "-cross-module-optimization"],
    .when(configuration: .release)),
]

/// The release build has the Swift runtime in the program itself: it needs none where it runs, and
/// to count a reference is a plain call. That was a tenth of what a leased mebibyte costs.
let ownRuntime = ["-static-stdlib"]

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "sluice",
  dependencies: [
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    .target(name: "CLinux"),
    .target(
      name: "CSimdjson",
      // Optimized in debug builds too: simdjson is hundreds of times slower without.
      // Its assertions stay in debug builds, where the tests feed it broken documents.
      cxxSettings: [
        .unsafeFlags(["-std=c++17", "-O2", "-fno-exceptions", "-fno-rtti"]),
        .define("NDEBUG", .when(configuration: .release)),
      ],
      linkerSettings: [.linkedLibrary("simdjson")]),
    .systemLibrary(name: "CIsal", providers: [.apt(["libisal-dev"])]),
    module("Platform", ["CLinux"]),
    module("HTTP", ["Platform"]),
    module("JSON", ["CSimdjson", "Platform"]),
    module("Metrics", ["Platform"]),
    .target(
      name: "Log", dependencies: ["CIsal", "Platform", "Metrics"], exclude: ["FORMAT.md"],
      swiftSettings: strict),
    module(
      "HTTPServer",
      [
        "Platform", "HTTP", "Metrics",
        .product(name: "HeapModule", package: "swift-collections"),
      ]),
    .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
    .target(
      name: "Broker",
      dependencies: [
        "COpenSSL", "Platform", "JSON", "Metrics", "Log",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      exclude: ["GROUPS.md", "DELAYS.md", "TRANSACTIONS.md"], swiftSettings: strict),
    .target(name: "CAssets", cSettings: [.unsafeFlags(["-std=c23"])]),
    module(
      "API",
      [
        "CAssets", "Platform", "HTTP", "JSON", "Metrics", "Log", "HTTPServer", "Broker",
        .product(name: "Logging", package: "swift-log"),
      ]),
    module(
      "Bench",
      [
        "Platform", "HTTP", "JSON", "Log", "HTTPServer",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ]),
    .executableTarget(
      name: "sluice",
      dependencies: [
        "Platform", "JSON", "Metrics", "Log", "HTTPServer", "Broker", "API", "Bench",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict + [.unsafeFlags(ownRuntime, .when(configuration: .release))],
      linkerSettings: [.unsafeFlags(ownRuntime, .when(configuration: .release))]),
    .systemLibrary(
      name: "CCurl", path: "Tests/CCurl", pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(
      name: "Support", dependencies: ["CCurl", "Log", "Platform"], path: "Tests/Support",
      swiftSettings: strict),
    tests("CrashTests", ["Support", "sluice"]),
    tests("EndToEndTests", ["Support", "API", "HTTP", "JSON", "Platform", "sluice"]),
    tests("BenchTests", ["Bench", "JSON", "Log", "Platform", "Support"]),
    tests("APITests", ["API", "Broker"]),
    tests("BrokerTests", ["Broker", "Log", "Metrics", "Platform", "Support"]),
    tests("HTTPServerTests", ["HTTPServer", "HTTP", "Metrics", "Platform", "Support"]),
    tests("HTTPTests", ["HTTP", "Platform"]),
    tests("JSONTests", ["JSON", "Platform"]),
    .testTarget(
      name: "LogTests", dependencies: ["Log", "Metrics", "Platform", "Support"],
      exclude: ["Golden"], swiftSettings: strict),
    tests("MetricsTests", ["Metrics", "Platform"]),
    tests("PlatformTests", ["Platform", "Support"]),
    tests("TidyTests", []),
  ],
  cxxLanguageStandard: .cxx17
)
