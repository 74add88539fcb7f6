import Foundation

/// A program run to its end.
public struct Command {
  /// Its exit status.
  public let status: Int32
  /// What it wrote to standard output.
  public let output: String
  /// What it wrote to standard error.
  public let errors: String

  /// Runs the program that was built beside the tests.
  public static func sluice(_ arguments: String...) throws -> Command {
    try Command(ServerProcess.program(), arguments)
  }

  /// The path of a program, if it is installed.
  public static func find(_ name: String) -> String? {
    ProcessInfo.processInfo.environment["PATH", default: ""]
      .split(separator: ":").map { "\($0)/\(name)" }
      .first(where: FileManager.default.isExecutableFile)
  }

  /// Runs a program with nothing to read.
  public init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws {
    let directory = TemporaryDirectory()
    let paths = [directory.path("output"), directory.path("errors")]
    for path in paths { try Data().write(to: URL(fileURLWithPath: path)) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    // Into files: a full pipe would stop a program that says much.
    process.standardOutput = FileHandle(forWritingAtPath: paths[0])
    process.standardError = FileHandle(forWritingAtPath: paths[1])
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = try String(contentsOfFile: paths[0], encoding: .utf8)
    errors = try String(contentsOfFile: paths[1], encoding: .utf8)
  }
}
