import ArgumentParser
import Bench

/// `sluice bench receive`.
struct ReceiveBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receive", abstract: "Receive and ack messages as a group's consumers do.")

  @OptionGroup var load: BenchLoad

  @Option(help: "Messages of one receive.")
  var records = 32

  @Option(help: "Partitions of the topic.")
  var partitions = 4

  @OptionGroup var output: BenchOutput

  func run() throws {
    let options = try load.options(recordsPerRequest: records, partitions: partitions)
    try output.measure { () throws(BenchError) in
      try ReceiveBench(options).run()
    }
  }
}
