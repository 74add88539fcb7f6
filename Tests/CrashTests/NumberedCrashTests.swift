import Foundation
import Support
import Testing

/// Producers who number their requests and send them until they are acknowledged, while the server
/// is killed at random moments: each request is stored once in all of its partitions, none twice.
///
/// `SLUICE_CRASH_ROUNDS` and `SLUICE_CRASH_SEED` as in `CrashTests`.
@Suite struct NumberedCrashTests {
  private static let partitions = 3

  @Test func everyNumberedRequestIsStoredOnce() throws {
    let server = try TestServer()
    let config = #"{"partitions":3,"config":{"segment_bytes":40000}}"#
    #expect(try server.client().put("/v1/topics/t", config).status == 201)
    var moments = Moments(seed: UInt64(CrashTests.seed))
    let producers = (0..<4).map { NumberedProducer(id: $0, seed: UInt64(CrashTests.seed)) }
    for round in 0..<CrashTests.rounds {
      let name = "seed \(CrashTests.seed), round \(round)"
      let port = server.port
      let running = producers.map { producer in Background { producer.run(port: port) } }
      usleep(UInt32.random(in: 20_000..<400_000, using: &moments))
      // Mostly by force; a clean stop has its own way of writing down what is remembered.
      if Int.random(in: 0..<4, using: &moments) == 0 {
        #expect(try server.terminate() == 0, "\(name)")
      } else {
        try server.kill()
      }
      for one in running { try one.join() }
      if Int.random(in: 0..<5, using: &moments) == 0 { try loseFile(server, &moments) }
      try server.restart()
      try expectEverything(producers, in: server, name)
    }
    let acknowledged = producers.reduce(0) { $0 + $1.acknowledged.count }
    let repeats = producers.reduce(0) { $0 + $1.repeats }
    #expect(acknowledged > CrashTests.rounds)
    #expect(try server.terminate() == 0)
    print(
      "crash tests: \(acknowledged) numbered requests acknowledged, \(repeats) of them stored "
        + "before a crash and answered after it")
  }

  /// Removes what one partition has written down of its producers: its log tells them, too.
  private func loseFile(_ server: TestServer, _ moments: inout Moments) throws {
    let number = Int.random(in: 0..<Self.partitions, using: &moments)
    let path = "\(server.dataDirectory)/topics/t-\(number)/producers"
    if FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }

  /// Every acknowledged request stands where the answer said, whole; no value stands twice.
  private func expectEverything(
    _ producers: [NumberedProducer], in server: TestServer, _ name: String
  ) throws {
    let logs = try (0..<Self.partitions).map { try values(of: $0, in: server) }
    let all = logs.flatMap { $0 }
    #expect(Set(all).count == all.count, "\(name): a record stands twice")
    for producer in producers {
      #expect(producer.complaints == [], "\(name)")
      let lost = producer.acknowledged.filter { request in
        !(0..<Self.partitions).allSatisfy { number in
          let own = request.values.enumerated().filter { $0.offset % 3 == number }.map(\.element)
          guard let base = request.places[number] else { return false }
          return logs[number].dropFirst(base).starts(with: own)
        }
      }
      #expect(lost.isEmpty, "\(name): \(lost.count) of \(producer.acknowledged.count) lost")
    }
  }

  private func values(of partition: Int, in server: TestServer) throws -> [String] {
    let client = server.client()
    let path = "/v1/topics/t/partitions/\(partition)"
    var values: [String] = []
    var next = 0
    let end = try #require(client.get(path).json["high_watermark"].int)
    while next < end {
      let answer = try client.get("\(path)/records?offset=\(next)", ["Accept": CrashTests.raw])
      try #require(answer.status == 200, "\(answer.text)")
      for batch in try KafkaBatch.all(in: answer.body) {
        try #require(Int(batch.baseOffset) == values.count)
        values += batch.records.map { String(decoding: $0.value ?? [], as: UTF8.self) }
      }
      let following = try #require(answer.number("Sluice-Next-Offset"))
      try #require(following > next)
      next = following
    }
    return values
  }
}
