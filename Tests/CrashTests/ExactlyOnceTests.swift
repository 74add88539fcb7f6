import Foundation
import Support
import Testing

/// Words counted by consumers that receive, count, and hand over counts and acks in one
/// transaction, on a server that is killed again and again, come out as a plain script counts them.
@Suite struct ExactlyOnceTests {
  /// The packages of this machine: on every Debian machine.
  private static let file = "/var/lib/dpkg/status"

  @Test(.enabled(if: FileManager.default.fileExists(atPath: ExactlyOnceTests.file)))
  func countsAreThoseOfAPlainScript() throws {
    let server = try TestServer()
    let text = try String(contentsOfFile: ExactlyOnceTests.file, encoding: .utf8)
    let answer = try server.client().post("/v1/topics/lines/records", text, type: "text/plain")
    try #require(answer.status == 200, "\(answer.text)")
    let lease = #"{"config":{"lease":"500ms","max_attempts":1000}}"#
    #expect(try server.client().put("/v1/groups/counters", lease).status == 201)
    #expect(try server.client().put("/v1/topics/counts", #"{"partitions":3}"#).status == 201)
    var moments = Moments(seed: UInt64(CrashTests.seed))
    var open: [String] = []
    var stale = 0
    for _ in 0..<CrashTests.rounds {
      let workers = begin(server.port, until: nil, leaving: &open)
      usleep(UInt32.random(in: 30_000..<250_000, using: &moments))
      try server.kill()
      for worker in workers {
        let left = try worker.join()
        open += left.open
        stale += left.stale
      }
      try server.restart()
    }
    for worker in begin(server.port, until: "lag", leaving: &open) {
      stale += try worker.join().stale
    }
    let counted = try counts(server.client())
    let expected = try ExactlyOnceTests.plainCounts()
    #expect(counted.count > 100)
    #expect(counted == expected)
    #expect(try server.terminate() == 0)
    print(
      "\(CrashTests.rounds) kills: \(counted.values.reduce(0, +)) words, \(counted.count) "
        + "different; \(stale) transactions came too late")
  }

  private func begin(
    _ port: UInt16, until end: String?, leaving open: inout [String]
  ) -> [Background<WordCounter.Left>] {
    let late = open
    open = []
    return (0..<3).map { number in
      Background {
        WordCounter(port: port, isLast: end != nil).run(
          late: late.enumerated().filter { $0.offset % 3 == number }.map(\.element))
      }
    }
  }

  /// The sums of all counts that are seen.
  private func counts(_ client: HTTPClient) throws -> [String: Int] {
    var sums: [String: Int] = [:]
    for partition in 0..<3 {
      let path = "/v1/topics/counts/partitions/\(partition)"
      let end = try #require(client.get(path).json["high_watermark"].int)
      var next = 0
      while next < end {
        let answer = try client.get("\(path)/records?offset=\(next)&max_records=500")
        for record in answer.json["records"].array {
          let words = record["value"]
          for word in words.names { sums[word, default: 0] += words[word].int ?? 0 }
        }
        next = try #require(answer.json["next_offset"].int)
      }
    }
    return sums
  }

  private static func plainCounts() throws -> [String: Int] {
    let script = Process()
    script.executableURL = URL(fileURLWithPath: "/usr/bin/awk")
    script.arguments = [
      "{ for (i = 1; i <= NF; i++) n[$i]++ } END { for (word in n) print n[word] \" \" word }",
      file,
    ]
    script.environment = ["LC_ALL": "C"]
    let pipe = Pipe()
    script.standardOutput = pipe
    try script.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    script.waitUntilExit()
    var counts: [String: Int] = [:]
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      counts[String(parts[1]), default: 0] += Int(parts[0]) ?? 0
    }
    return counts
  }
}
