import Foundation
import Support
import Testing

/// A server killed in the middle of everything has what it has acknowledged, once, in its place.
///
/// `SLUICE_CRASH_ROUNDS` says how often it is killed; `SLUICE_CRASH_SEED` repeats a run's moments.
@Suite struct CrashTests {
  static let rounds = number("SLUICE_CRASH_ROUNDS") ?? 5
  static let seed = number("SLUICE_CRASH_SEED") ?? Int.random(in: 0..<1_000_000)
  static let path = "/v1/topics/t/partitions/0/records"
  static let raw = "application/vnd.kafka.recordbatch.v2"

  @Test func nothingAcknowledgedIsLostOrDoubled() throws {
    let server = try TestServer()
    let config = #"{"config":{"segment_bytes":65536}}"#
    #expect(try server.client().put("/v1/topics/t", config).status == 201)
    var moments = Moments(seed: UInt64(Self.seed))
    var acknowledged: [String: Int] = [:]
    var slowest = 0.0
    for round in 0..<Self.rounds {
      let port = server.port
      let producers = (0..<4).map { name in
        Background { CrashProducer(port: port, name: "\(round)/\(name)").run() }
      }
      usleep(UInt32.random(in: 20_000..<400_000, using: &moments))
      try server.kill()
      for producer in producers {
        acknowledged.merge(try producer.join()) { first, _ in first }
      }
      try server.restart()
      slowest = max(slowest, server.startSeconds)
      try expectEverything(acknowledged, in: server, "seed \(Self.seed), round \(round)")
    }
    #expect(acknowledged.count > Self.rounds)
    #expect(try server.terminate() == 0)
    print("crash tests: \(acknowledged.count) records acknowledged, slowest start \(slowest) s")
  }

  /// Every acknowledged record stands where the answer said; none stands twice; offsets have no
  /// gap.
  private func expectEverything(
    _ acknowledged: [String: Int], in server: TestServer, _ name: String
  ) throws {
    let client = server.client()
    var stored: [String] = []
    var next = 0
    let end = try #require(client.get("/v1/topics/t/partitions/0").json["high_watermark"].int)
    while next < end {
      let answer = try client.get("\(Self.path)?offset=\(next)", ["Accept": Self.raw])
      try #require(answer.status == 200, "\(name): \(answer.text)")
      for batch in try KafkaBatch.all(in: answer.body) {
        try #require(Int(batch.baseOffset) == stored.count, "\(name)")
        stored += batch.records.map { String(decoding: $0.value ?? [], as: UTF8.self) }
      }
      let following = try #require(answer.number("Sluice-Next-Offset"))
      try #require(following > next, "\(name)")
      next = following
    }
    #expect(stored.count == end, "\(name)")
    #expect(Set(stored).count == stored.count, "\(name): a record stands twice")
    let lost = acknowledged.filter { $0.value >= stored.count || stored[$0.value] != $0.key }
    #expect(lost.isEmpty, "\(name): \(lost.count) of \(acknowledged.count) lost")
  }

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }
}
