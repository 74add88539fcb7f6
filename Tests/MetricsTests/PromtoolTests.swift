import Foundation
import Testing

/// The judgement of Prometheus's own checker, where it is installed; elsewhere the test shows as
/// skipped.
@Suite struct PromtoolTests {
  static let promtool = ProcessInfo.processInfo.environment["PATH", default: ""]
    .split(separator: ":").map { "\($0)/promtool" }
    .first(where: FileManager.default.isExecutableFile)

  @Test(.enabled(if: promtool != nil, "promtool is not on PATH"))
  func promtoolHasNoComplaint() throws {
    let (status, output) = try check(rendered(sampleRegistry()))
    #expect(status == 0)
    #expect(output == "")
  }

  @Test(.enabled(if: promtool != nil, "promtool is not on PATH"))
  func promtoolWouldComplain() throws {
    let (status, output) = try check("# TYPE a counter\na 1\n")
    #expect(status != 0)
    #expect(output != "")
  }

  private func check(_ text: String) throws -> (status: Int32, output: String) {
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: try #require(Self.promtool))
    process.arguments = ["check", "metrics"]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
    // A scrape of the sample fits the pipe's 64 KiB, so the write does not wait for the reader.
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }
}
