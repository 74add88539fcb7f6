import Foundation
import Support
import Testing

/// A file that nobody made for a test goes in as lines and comes out the same, whichever way.
@Suite(.enabled(if: FileManager.default.isReadableFile(atPath: "/var/lib/dpkg/status")))
struct RealTextTests {
  static let file = "/var/lib/dpkg/status"
  static let path = "/v1/topics/text/partitions/0/records"
  let server: TestServer
  let client: HTTPClient
  let text: [UInt8]
  let lines: [ArraySlice<UInt8>]

  init() throws {
    server = try TestServer()
    client = server.client()
    text = Array(try Data(contentsOf: URL(fileURLWithPath: Self.file)))
    var all = text.split(separator: 10, omittingEmptySubsequences: false)
    if all.last?.isEmpty == true { all.removeLast() }
    lines = all
    let answer = try client.post("/v1/topics/text/records", bytes: text, type: "text/plain")
    #expect(answer.json["partitions"][0]["count"].int == lines.count)
  }

  /// All answers to the end of the log, each beginning where the last one said.
  private func readAll(_ query: String, _ accept: String) throws -> [HTTPResponse] {
    var answers: [HTTPResponse] = []
    var next = 0
    repeat {
      let answer = try client.get("\(Self.path)?offset=\(next)&\(query)", ["Accept": accept])
      #expect(answer.status == 200)
      let following = try #require(answer.number("Sluice-Next-Offset"))
      try #require(following > next)
      next = following
      answers.append(answer)
    } while next < lines.count
    return answers
  }

  private func expectAll(_ values: [[UInt8]], _ name: String) {
    #expect(values.count == lines.count, "\(name)")
    #expect(values.elementsEqual(lines, by: { $0.elementsEqual($1) }), "\(name)")
  }

  @Test func itComesOutAsJSON() throws {
    let records = try readAll("values=text&max_bytes=300000", "application/json")
      .flatMap { $0.json["records"].array }
    #expect(records.enumerated().allSatisfy { $0.element["offset"].int == $0.offset })
    expectAll(records.map { Array(($0["value"].string ?? "").utf8) }, "JSON")
  }

  @Test func itComesOutAsLines() throws {
    let records = try readAll("values=base64", "application/x-ndjson").flatMap(\.jsonLines)
    expectAll(records.map { $0["value_base64"].base64 ?? [] }, "NDJSON")
  }

  @Test func itComesOutRawByEachStrategy() throws {
    var bodies: [[UInt8]] = []
    for copy in ["read", "mmap", "sendfile"] {
      let answers = try readAll("copy=\(copy)&max_bytes=200000", ConsumeTests.raw)
      #expect(answers.allSatisfy { $0["Sluice-Copy-Strategy"] == copy })
      bodies.append(answers.flatMap(\.body))
    }
    #expect(bodies[0] == bodies[1])
    #expect(bodies[0] == bodies[2])
    let values = try KafkaBatch.all(in: bodies[0]).flatMap(\.values)
    #expect(values.enumerated().allSatisfy { Int($0.element.offset) == $0.offset })
    expectAll(values.map { $0.value ?? [] }, "raw")
    #expect(bodies[0] == (try client.get("/v1/topics/text/partitions/0/segments/0")).body)
  }
}
