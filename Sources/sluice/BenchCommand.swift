import ArgumentParser

/// `sluice bench`: measures a server, this program's own or any other.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure a server.",
    discussion: """
      Without --url each measurement starts a server of its own on a data directory of its own, \
      and removes both. Run the release build; the ratios are the result, absolute figures move \
      with the machine.
      """,
    subcommands: [
      CopyBenchCommand.self, ProduceBenchCommand.self, ConsumeBenchCommand.self,
      ReceiveBenchCommand.self, LatencyBenchCommand.self,
    ])
}
