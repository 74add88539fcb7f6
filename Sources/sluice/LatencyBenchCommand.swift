import ArgumentParser
import Bench

extension LatencyBench.Operation: ExpressibleByArgument {}

/// `sluice bench latency`.
struct LatencyBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latency", abstract: "How long answers take at a steady rate of requests.",
    discussion: """
      An open load: times count from when a request was due, so they are corrected for coordinated \
      omission.
      """)

  @OptionGroup var load: BenchLoad

  @OptionGroup var acknowledgement: BenchAcknowledgement

  @Option(help: "Requests a second, over all connections.")
  var rate = 1000

  @Option(help: "What is asked for.")
  var operation = LatencyBench.Operation.produce

  @OptionGroup var output: BenchOutput

  func run() throws {
    let options = try load.options(acknowledgement: acknowledgement)
    guard operation == .produce || acknowledgement.acks == nil else {
      throw ValidationError("--acks is for --operation produce: nothing else is acknowledged.")
    }
    guard (1...1_000_000).contains(rate) else {
      throw ValidationError("--rate must be from 1 to 1000000.")
    }
    let (operation, rate) = (operation, rate)
    try output.measure { () throws(BenchError) in
      try LatencyBench(options, operation, ratePerSecond: rate).run()
    }
  }
}
