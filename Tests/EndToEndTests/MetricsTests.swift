import Foundation
import Support
import Testing

/// What Prometheus gets.
@Suite struct MetricsTests {
  static let promtool = ProcessInfo.processInfo.environment["PATH", default: ""]
    .split(separator: ":").map { "\($0)/promtool" }
    .first(where: FileManager.default.isExecutableFile)

  let fixture: Fixture
  var client: HTTPClient { fixture.client }

  init() throws { fixture = try Fixture() }

  @Test func bothFormatsAreServed() throws {
    let text = try client.get("/metrics")
    #expect(text["Content-Type"]?.hasPrefix("text/plain; version=0.0.4") == true)
    #expect(!text.text.contains("# EOF"))
    let prometheus =
      "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1"
    let open = try client.get("/metrics", ["Accept": prometheus])
    #expect(open["Content-Type"]?.hasPrefix("application/openmetrics-text; version=1.0.0") == true)
    #expect(open.text.hasSuffix("# EOF\n"))
    #expect(try client.get("/metrics", ["Accept": "text/plain"]).mediaType == "text/plain")
  }

  @Test func deliveriesAreCountedByStrategy() throws {
    for copy in ["read", "mmap", "sendfile"] {
      let before = try delivered(copy)
      let answer = try client.get("\(Fixture.small)/segments/0?copy=\(copy)")
      #expect(try delivered(copy) == before + Double(answer.bodyBytes), "\(copy)")
    }
  }

  /// The bytes that went out by a strategy so far.
  private func delivered(_ copy: String) throws -> Double {
    let lines = try client.get("/metrics").text.split(separator: "\n")
    return lines.filter {
      $0.contains("\"\(copy)\"") && $0.hasPrefix("sluice_delivery_bytes_total")
    }
    .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
  }

  @Test(.enabled(if: promtool != nil, "promtool is not on PATH"))
  func promtoolHasNoComplaint() throws {
    let file = fixture.server.directory + "/metrics.txt"
    try client.get("/metrics").text.write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: try #require(Self.promtool))
    process.arguments = ["check", "metrics"]
    process.standardInput = FileHandle(forReadingAtPath: file)
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(String(decoding: said, as: UTF8.self) == "")
    #expect(process.terminationStatus == 0)
  }
}
