// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: the Swift 6 language mode, and no warning survives.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "sluice",
  targets: [
    .target(name: "CLinux"),
    .target(
      name: "CSimdjson",
      cxxSettings: [.unsafeFlags(["-std=c++17"])],
      linkerSettings: [.linkedLibrary("simdjson")]),
    module("Platform", ["CLinux"]),
    module("HTTP", ["Platform"]),
    module("JSON", ["CSimdjson", "Platform"]),
    module("Metrics", ["Platform"]),
    tests("HTTPTests", ["HTTP", "Platform"]),
    tests("JSONTests", ["JSON", "Platform"]),
    tests("MetricsTests", ["Metrics", "Platform"]),
    tests("TidyTests", []),
  ],
  cxxLanguageStandard: .cxx17
)
