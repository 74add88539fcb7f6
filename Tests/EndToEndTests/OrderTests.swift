import Platform
import Support
import Testing

/// A group that keeps the order of keys, through the real program.
@Suite struct OrderTests {
  private static let keys = ["a", "b", "c", "d", "e", "f"]
  private static let perKey = 40

  /// What was done of each key, and what went wrong.
  private struct Progress {
    var done: [String: Int] = [:]
    var wrong: [String] = []
    var count: Int { done.values.reduce(0, +) }
  }

  private static func config(_ client: HTTPClient) throws {
    #expect(try client.put("/v1/groups/g", #"{"config":{"ordered":true}}"#).status == 201)
  }

  private static func produce(_ client: HTTPClient, _ messages: [(key: String?, value: String)]) {
    let records = messages.map { message in
      let key = message.key.map { "\"key\":\"\($0)\"," } ?? ""
      return "{\(key)\"value\":\"\(message.value)\"}"
    }
    let body = "{\"records\":[\(records.joined(separator: ","))]}"
    #expect(throws: Never.self) {
      try #expect(client.post("/v1/topics/t/records", body).status == 200)
    }
  }

  /// A worker that does each message of its key after the one before it, or gives it back.
  private static func work(
    _ server: TestServer, _ number: Int, _ progress: Lock<Progress>
  ) -> Background<Void> {
    let port = server.port
    return Background {
      let consumer = Consumer(HTTPClient(port: port))
      var random = SeededGenerator(UInt64(number))
      let all = keys.count * perKey
      while progress.withLock({ $0.count < all && $0.wrong.isEmpty }) {
        var begun: [String: Int] = [:]
        var failed: Set<String> = []
        for message in try consumer.receive(["t"], #""max_records":8,"wait":"200ms""#) {
          let parts = message.value.split(separator: "-").map(String.init)
          let (key, index) = (parts[0], Int(parts[1])!)
          // The first of its key comes when those before it are done, others behind it.
          let expected = begun[key] ?? progress.withLock { $0.done[key] ?? 0 }
          if index != expected {
            progress.withLock { $0.wrong.append("\(message.value) for \(key)-\(expected)") }
          }
          begun[key] = index + 1
          if failed.contains(key) || random.oneIn(10) {
            failed.insert(key)
            _ = try consumer.settle("nack", [message.receipt], #""delay":"0s""#)
          } else {
            progress.withLock { $0.done[key] = index + 1 }
            _ = try consumer.settle("ack", [message.receipt])
          }
        }
      }
    }
  }

  @Test func workersDoEachKeysMessagesInTheirOrder() throws {
    let server = try TestServer()
    let client = server.client()
    #expect(try client.put("/v1/topics/t", #"{"partitions":2}"#).status == 201)
    try OrderTests.config(client)
    let progress = Lock(Progress())
    let workers = (0..<6).map { OrderTests.work(server, $0, progress) }
    for index in 0..<OrderTests.perKey {
      OrderTests.produce(client, OrderTests.keys.map { ($0, "\($0)-\(index)") })
    }
    for worker in workers { try worker.join() }
    let all = Dictionary(uniqueKeysWithValues: OrderTests.keys.map { ($0, OrderTests.perKey) })
    #expect(progress.withLock { $0.wrong } == [])
    #expect(progress.withLock { $0.done } == all)
  }

  @Test func whatIsHeldBackComesWhenItsKeyIsFreeEvenForWhoWaited() throws {
    let server = try TestServer()
    let client = server.client()
    try OrderTests.config(client)
    OrderTests.produce(client, [("a", "a-0"), ("a", "a-1"), ("b", "b-0"), (nil, "none")])
    let consumer = Consumer(server)
    let first = try consumer.receive(["t"], #""max_records":1"#)
    #expect(first.map(\.value) == ["a-0"])
    #expect(try consumer.receive().map(\.value) == ["b-0", "none"])
    let port = server.port
    let waiting = Background {
      try Consumer(HTTPClient(port: port)).receive(["t"], #""wait":"10s""#)
    }
    #expect(try consumer.standing()["waiting"].int == 1)
    #expect(try consumer.settle("ack", first.map(\.receipt)) == 1)
    #expect(try waiting.join().map(\.value) == ["a-1"])
  }

  @Test func aKillForgetsNoOrder() throws {
    let server = try TestServer()
    let client = server.client()
    try OrderTests.config(client)
    OrderTests.produce(client, [("a", "a-0"), ("b", "b-0"), ("a", "a-1"), ("b", "b-1")])
    let consumer = Consumer(server)
    let messages = try consumer.receive(["t"], #""max_records":2"#)
    #expect(try consumer.receive().isEmpty)
    #expect(try consumer.settle("ack", [messages[0].receipt]) == 1)
    try server.kill()
    try server.restart()
    let next = Consumer(server)
    #expect(try next.receive().map(\.value) == ["a-1"])
    #expect(try next.settle("ack", [messages[1].receipt]) == 1)
    #expect(try next.receive().map(\.value) == ["b-1"])
  }
}
