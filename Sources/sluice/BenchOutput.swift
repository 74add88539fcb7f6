import ArgumentParser
import Bench
import JSON
import Platform

/// Where a measurement's result goes.
struct BenchOutput: ParsableArguments {
  @Flag(help: "Print JSON instead of tables.")
  var json = false

  @Option(help: "Write a chart to this file, as SVG.")
  var svg: String?

  /// Minutes of measuring are not to end with a file that cannot be written.
  func validate() throws {
    guard let svg, let slash = svg.lastIndex(of: "/") else { return }
    let folder = String(svg[...slash])
    guard DiskFileSystem().exists(folder) else {
      throw ValidationError("--svg: there is no folder \(folder).")
    }
  }

  /// Measures and says what was found; a failure ends the program with a line.
  func measure(_ body: () throws(BenchError) -> Measurement) throws {
    let found: Measurement
    do throws(BenchError) {
      found = try body()
    } catch {
      throw fail(error.description)
    }
    print(found.reports)
    guard let svg else { return }
    let text = ByteBuffer()
    text.append(found.plot.svg)
    do {
      try DiskFileSystem().replaceWhole(svg, with: text)
    } catch {
      throw fail("--svg: \(error)")
    }
  }

  private func fail(_ reason: String) -> ExitCode {
    StandardError.write("Error: \(reason)\n")
    return .failure
  }

  private func print(_ reports: [Report]) {
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
}
