import ArgumentParser

/// The program.
@main
struct Sluice: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "sluice",
    abstract: "A message log with an HTTP face.",
    version: version,
    subcommands: [Serve.self, Inspect.self, Verify.self, BenchCommand.self])
}
