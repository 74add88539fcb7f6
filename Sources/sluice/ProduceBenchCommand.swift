import ArgumentParser
import Bench

extension ProduceForm: ExpressibleByArgument {}

/// `sluice bench produce`.
struct ProduceBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "produce", abstract: "Produce as fast as the server answers.")

  @OptionGroup var load: BenchLoad

  @OptionGroup var acknowledgement: BenchAcknowledgement

  @Option(help: "Records of one request.")
  var records = 1

  @Option(help: "Partitions of the topic.")
  var partitions = 1

  @Option(
    help:
      "How records are sent; value sends one at a time, batches a mebibyte, whatever else is said.")
  var form = ProduceForm.json

  @OptionGroup var output: BenchOutput

  func run() throws {
    let options = try load.options(
      recordsPerRequest: records, partitions: partitions, acknowledgement: acknowledgement)
    let form = form
    try output.measure { () throws(BenchError) in
      try ProduceBench(options, form: form).run()
    }
  }
}
