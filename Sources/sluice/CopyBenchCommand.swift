import ArgumentParser
import Bench

/// `sluice bench copy`.
struct CopyBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "copy", abstract: "Compare read, mmap and sendfile.",
    discussion: """
      Reads the same bytes by each strategy in turn, over loopback or whatever leads to --url; the \
      receivers drop them in the kernel. CPU, calls and switches are the server's own counts.
      """)

  @Option(help: "The server, as http://HOST:PORT; without it, one is started.")
  var url: String?

  @Option(help: "Where a server that is started keeps its data.")
  var directory = "/var/tmp"

  @Option(help: "How large the log is, such as 512MiB.")
  var bytes = "512MiB"

  @Option(help: "Sizes of answers, separated by commas.")
  var chunks = "4KiB,64KiB,1MiB,16MiB"

  @Option(help: "Numbers of connections, separated by commas.")
  var connections = "1,8,64"

  @Option(help: "Rounds that count, behind one that does not.")
  var rounds = CopyBench.Options().rounds

  @Flag(help: "Measure cold pages, too: the server that was started is started anew for each run.")
  var cold = false

  @OptionGroup var output: BenchOutput

  func run() throws {
    var options = CopyBench.Options()
    do throws(BenchError) {
      if let url { options.target = try LoadTarget(url: url) }
    } catch {
      throw ValidationError(error.description)
    }
    options.directory = directory
    guard let bytes = ByteText.bytes(bytes), (1 << 20...16 << 30).contains(bytes) else {
      throw ValidationError("--bytes must be from 1MiB to 16GiB.")
    }
    options.bytes = bytes
    options.chunks = try list(chunks, "chunks", ByteText.bytes, 4096...(1 << 30))
    options.connections = try list(connections, "connections", { Int($0) }, 1...1024)
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds must be from 1 to 100.")
    }
    options.rounds = rounds
    options.cold = cold
    try output.measure { () throws(BenchError) in try CopyBench(options).run() }
  }

  private func list(
    _ text: String, _ name: String, _ parse: (String) -> Int?, _ range: ClosedRange<Int>
  ) throws -> [Int] {
    let numbers = text.split(separator: ",").compactMap { parse(String($0)) }
    guard !numbers.isEmpty, numbers.count == text.split(separator: ",").count,
      numbers.allSatisfy(range.contains)
    else {
      throw ValidationError(
        "--\(name) must be numbers from \(range.lowerBound) to \(range.upperBound).")
    }
    return numbers
  }
}
