import Foundation
import Support
import Testing

/// A server killed again and again while delayed records fall due has each of them once.
///
/// `SLUICE_CRASH_ROUNDS` says how often it is killed; `SLUICE_CRASH_SEED` repeats a run's moments.
@Suite struct DelayCrashTests {
  static let rounds =
    Int(ProcessInfo.processInfo.environment["SLUICE_CRASH_ROUNDS"] ?? "") ?? 5
  static let seed =
    Int(ProcessInfo.processInfo.environment["SLUICE_CRASH_SEED"] ?? "")
    ?? Int.random(in: 0..<1_000_000)
  static let path = "/v1/topics/later/partitions"

  @Test func eachDelayedRecordComesOnce() throws {
    let server = try TestServer()
    #expect(try server.client().put("/v1/topics/later", #"{"partitions":2}"#).status == 201)
    var moments = Moments(seed: UInt64(Self.seed))
    var told: Set<String> = []
    var cancelled: Set<String> = []
    var slowest = 0.0
    for round in 0..<Self.rounds {
      let port = server.port
      let producers = (0..<3).map { name in
        Background { DelayProducer(port: port, name: "\(round)/\(name)").run() }
      }
      usleep(UInt32.random(in: 50_000..<500_000, using: &moments))
      try server.kill()
      for producer in producers {
        let (stored, taken) = try producer.join()
        told.formUnion(stored)
        cancelled.formUnion(taken)
      }
      try server.restart()
      slowest = max(slowest, server.startSeconds)
    }
    let client = server.client()
    let deadline = ContinuousClock.now + .seconds(60)
    while try client.get("/v1/scheduled").json["count"].int ?? 0 > 0, .now < deadline {
      usleep(10_000)
    }
    let delivered = try (0..<2).flatMap { try values(of: $0, client) }
    #expect(Set(delivered).count == delivered.count, "seed \(Self.seed): some came twice")
    let lost = told.subtracting(cancelled).subtracting(delivered)
    #expect(lost.isEmpty, "seed \(Self.seed): \(lost.count) of \(told.count) lost")
    let back = cancelled.intersection(delivered)
    #expect(back.isEmpty, "seed \(Self.seed): \(back.count) came although they were taken back")
    #expect(told.count > Self.rounds && cancelled.count > 0)
    #expect(try server.terminate() == 0)
    print(
      "delay crash tests: \(told.count) records told of, \(delivered.count) delivered, "
        + "\(cancelled.count) taken back, slowest start \(slowest) s")
  }

  private func values(of partition: Int, _ client: HTTPClient) throws -> [String] {
    var values: [String] = []
    var next = 0
    let end = try #require(client.get("\(Self.path)/\(partition)").json["high_watermark"].int)
    while next < end {
      let answer = try client.get(
        "\(Self.path)/\(partition)/records?offset=\(next)",
        ["Accept": "application/vnd.kafka.recordbatch.v2"])
      try #require(answer.status == 200, "\(answer.text)")
      for batch in try KafkaBatch.all(in: answer.body) {
        values += batch.records.map { String(decoding: $0.value ?? [], as: UTF8.self) }
      }
      next = try #require(answer.number("Sluice-Next-Offset"))
    }
    return values
  }
}
