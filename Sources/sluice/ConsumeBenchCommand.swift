import ArgumentParser
import Bench

extension ConsumeForm: ExpressibleByArgument {}

/// `sluice bench consume`.
struct ConsumeBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consume", abstract: "Read a log as fast as the server sends.")

  @OptionGroup var load: BenchLoad

  @Option(help: "How large the log is, such as 512MiB.")
  var bytes = "512MiB"

  @Option(help: "Bytes of one answer, such as 1MiB.")
  var answerBytes = "1MiB"

  @Option(help: "How records are read.")
  var form = ConsumeForm.raw

  @OptionGroup var output: BenchOutput

  func run() throws {
    let options = try load.options()
    guard let logBytes = ByteText.bytes(bytes), (1 << 20...16 << 30).contains(logBytes) else {
      throw ValidationError("--bytes must be from 1MiB to 16GiB.")
    }
    guard let answer = ByteText.bytes(answerBytes), (4096...1 << 30).contains(answer) else {
      throw ValidationError("--answer-bytes must be from 4KiB to 1GiB.")
    }
    let form = form
    try output.measure { () throws(BenchError) in
      try ConsumeBench(options, form: form, logBytes: logBytes, answerBytes: answer).run()
    }
  }
}
