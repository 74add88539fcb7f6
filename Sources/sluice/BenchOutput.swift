import ArgumentParser
import Bench
import JSON
import Platform

/// Where a measurement's result goes.
struct BenchOutput: ParsableArguments {
  @Flag(help: "Print JSON instead of tables.")
  var json = false

  func print(_ reports: [Report]) {
    let buffer = ByteBuffer(capacity: 4096)
    if json {
      var writer = JSONWriter(into: buffer)
      writer.beginArray()
      for report in reports { report.write(to: &writer) }
      writer.endArray()
      buffer.append("\n")
    } else {
      buffer.append(reports.map(\.text).joined(separator: "\n"))
    }
    Swift.print(String(decoding: buffer.bytes, as: UTF8.self), terminator: "")
  }

  /// Runs a measurement; its failure ends the program with a line.
  func measure<Outcome>(_ body: () throws(BenchError) -> Outcome) throws -> Outcome {
    do throws(BenchError) {
      return try body()
    } catch {
      StandardError.write("Error: \(error.description)\n")
      throw ExitCode.failure
    }
  }
}
