import Foundation
import Support
import Testing

/// Consumer groups through the real program.
@Suite struct GroupTests {
  let server: TestServer
  let consumer: Consumer
  var client: HTTPClient { consumer.client }

  init() throws {
    server = try TestServer()
    consumer = Consumer(server)
  }

  private func produce(_ count: Int, to topic: String = "t") throws {
    let lines = (0..<count).map { "m\($0)\n" }.joined()
    #expect(try client.post("/v1/topics/\(topic)/records", lines, type: "text/plain").status == 200)
  }

  /// Waits until something is so.
  private func eventually(_ isSo: () throws -> Bool) throws -> Bool {
    for _ in 0..<200 {
      if try isSo() { return true }
      usleep(20_000)
    }
    return false
  }

  @Test func whatIsAckedNeverComesAgainAndTheRestDoesWhenItsLeaseIsOver() throws {
    try produce(4)
    let first = try consumer.receive(["t"], #""max_records":3,"lease":"300ms""#)
    #expect(first.map(\.value) == ["m0", "m1", "m2"])
    #expect(first.map(\.attempt) == [1, 1, 1])
    #expect(try consumer.settle("ack", [first[1].receipt]) == 1)
    #expect(try consumer.receive().map(\.offset) == [3])
    #expect(try consumer.receive().isEmpty)
    let again = try consumer.receive(["t"], #""wait":"5s""#)
    #expect(again.map(\.offset) == [0, 2])
    #expect(again.map(\.attempt) == [2, 2])
    #expect(try consumer.settle("ack", [first[0].receipt]) == 0)
    #expect(try consumer.settle("ack", again.map(\.receipt)) == 2)
    #expect(try consumer.settle("ack", again.map(\.receipt)) == 2)
  }

  @Test func nacksComeBackAfterTheirDelay() throws {
    try produce(3)
    let messages = try consumer.receive()
    #expect(try consumer.settle("nack", [messages[0].receipt], #""delay":"0s""#) == 1)
    #expect(try consumer.settle("nack", [messages[1].receipt], #""delay":"200ms""#) == 1)
    #expect(try consumer.settle("nack", [messages[2].receipt]) == 1)
    #expect(try consumer.receive().map(\.offset) == [0])
    #expect(try consumer.receive(["t"], #""wait":"5s""#).map(\.offset) == [1])
    #expect(try consumer.standing()["waiting"].int == 1)
    #expect(try consumer.settle("ack", [messages[2].receipt]) == 0)
  }

  @Test func anExtendedLeaseHolds() throws {
    try produce(1)
    let messages = try consumer.receive(["t"], #""lease":"100ms""#)
    #expect(try consumer.settle("extend", [messages[0].receipt], #""lease":"60s""#) == 1)
    #expect(try consumer.receive(["t"], #""wait":"400ms""#).isEmpty)
    #expect(try consumer.settle("ack", [messages[0].receipt]) == 1)
  }

  @Test func aLongPollEndsWithTheFirstMessage() throws {
    #expect(try client.put("/v1/topics/t", #"{"partitions":4}"#).status == 201)
    #expect(try client.put("/v1/topics/u").status == 201)
    let port = server.port
    for topic in ["t", "u", "t"] {
      let waiting = Background {
        try HTTPClient(port: port).post(
          "/v1/groups/g/receive", #"{"topics":["t","u"],"wait":"20s"}"#)
      }
      usleep(100_000)
      try produce(1, to: topic)
      let answer = try waiting.join()
      #expect(answer.seconds < 5)
      #expect(answer.json["records"].array.count == 1)
    }
    #expect(try consumer.receive(["t"], #""wait":"50ms""#).isEmpty)
  }

  @Test func topicsAndPartitionsTakeTurns() throws {
    for topic in ["a", "b"] {
      #expect(try client.put("/v1/topics/\(topic)", #"{"partitions":2}"#).status == 201)
      for partition in 0..<2 {
        let path = "/v1/topics/\(topic)/records?partition=\(partition)"
        for _ in 0..<20 { #expect(try client.post(path, "x", type: "text/plain").status == 200) }
      }
    }
    var seen: [String: Int] = [:]
    for _ in 0..<40 {
      for message in try consumer.receive(["a", "b"], #""max_records":1"#) {
        seen["\(message.topic)\(message.partition)", default: 0] += 1
      }
    }
    #expect(seen == ["a0": 10, "a1": 10, "b0": 10, "b1": 10])
  }

  @Test func tagsChooseInTheRequestAndInTheGroup() throws {
    let records = ["red", "blue", "red", "green"].map { #"{"value":"\#($0)","tag":"\#($0)"}"# }
    let body = #"{"records":[\#(records.joined(separator: ","))]}"#
    #expect(try client.post("/v1/topics/t/records", body).status == 200)
    #expect(try consumer.receive(["t"], #""tags":["red","green"]"#).map(\.offset) == [0, 2, 3])
    let config = #"{"config":{"tags":["blue"]}}"#
    #expect(try client.put("/v1/groups/blue", config).status == 201)
    #expect(try Consumer(server, group: "blue").receive().map(\.value) == ["blue"])
  }

  @Test func rawBatchesComeAsTheyLieWithOneReceiptForAll() throws {
    try produce(500)
    let raw = ["Accept": ConsumeTests.raw]
    let request = #"{"topics":["t"]}"#
    let answer = try client.post("/v1/groups/g/receive", request, raw)
    #expect(answer["Sluice-Topic"] == "t")
    #expect(answer.number("Sluice-Partition") == 0)
    #expect(answer.number("Sluice-Record-Count") == 500)
    let plain = try client.get("/v1/topics/t/partitions/0/records", raw)
    #expect(answer.body == plain.body)
    let receipt = try #require(answer["Sluice-Receipt"])
    #expect(try client.post("/v1/groups/g/receive", request, raw)["Sluice-Receipt"] == nil)
    #expect(try consumer.settle("ack", [receipt]) == 1)
    #expect(try consumer.standing()["done_before_offset"].int == 500)
  }

  @Test func ofABatchThatOthersHoldTheFreeMessagesAreFramedAnew() throws {
    try produce(6)
    let held = try consumer.receive(["t"], #""max_records":2"#)
    let answer = try client.post(
      "/v1/groups/g/receive", #"{"topics":["t"]}"#, ["Accept": ConsumeTests.raw])
    let values = try KafkaBatch.all(in: answer.body).flatMap(\.values)
    #expect(values.map(\.offset) == [2, 3, 4, 5])
    #expect(
      values.map { String(decoding: $0.value ?? [], as: UTF8.self) } == ["m2", "m3", "m4", "m5"])
    #expect(try consumer.settle("ack", held.map(\.receipt)) == 2)
    #expect(try consumer.standing()["in_flight"].int == 4)
    let text = try client.get("/metrics").text
    #expect(text.contains("sluice_group_raw_bytes_total{batches=\"framed\"} \(answer.bodyBytes)\n"))
  }

  @Test func aSeekBeginsAnewAndVoidsWhatIsOut() throws {
    let records = (0..<10).map {
      #"{"value":"m\#($0)","timestamp":\#(1_700_000_000_000 + $0 * 1000)}"#
    }
    let body = #"{"records":[\#(records.joined(separator: ","))]}"#
    #expect(try client.post("/v1/topics/t/records", body).status == 200)
    let old = try consumer.receive()
    func seek(_ to: String) throws -> Int? {
      try client.post("/v1/groups/g/seek", #"{"topic":"t","to":\#(to)}"#)
        .json["partitions"].array.first?["next_offset"].int
    }
    #expect(try seek("4") == 4)
    #expect(try consumer.settle("ack", old.map(\.receipt)) == 0)
    #expect(try consumer.receive(["t"], #""max_records":2"#).map(\.offset) == [4, 5])
    #expect(try seek("\"2023-11-14T22:13:27.001Z\"") == 8)
    #expect(try consumer.receive().map(\.offset) == [8, 9])
    #expect(try seek("\"1700000003000\"") == 3)
    #expect(try seek("\"latest\"") == 10)
    #expect(try consumer.receive().isEmpty)
    #expect(try seek("\"earliest\"") == 0)
    #expect(try consumer.receive().count == 10)
  }

  @Test func anOrderedGroupHoldsBackWhatComesLater() throws {
    #expect(try client.put("/v1/groups/g", #"{"config":{"ordered":true}}"#).status == 201)
    try produce(3)
    let first = try consumer.receive(["t"], #""max_records":1"#)
    #expect(try consumer.receive().isEmpty)
    #expect(try consumer.settle("nack", first.map(\.receipt), #""delay":"100ms""#) == 1)
    #expect(try consumer.receive().isEmpty)
    let again = try consumer.receive(["t"], #""wait":"5s""#)
    #expect(again.map(\.offset) == [0])
    #expect(try consumer.settle("ack", again.map(\.receipt)) == 1)
    #expect(try consumer.receive().map(\.offset) == [1, 2])
  }

  @Test func aGroupGoesOnAfterAKill() throws {
    try produce(10)
    let messages = try consumer.receive()
    #expect(try consumer.settle("ack", messages.prefix(4).map(\.receipt)) == 4)
    #expect(try consumer.settle("nack", [messages[9].receipt], #""delay":"1h""#) == 1)
    try server.kill()
    try server.restart()
    let next = Consumer(server)
    #expect(try next.standing()["done_before_offset"].int == 4)
    #expect(try next.standing()["waiting"].int == 1)
    // Leases go to the disk with the acks behind them.
    #expect(try next.settle("ack", [messages[5].receipt]) == 1)
    #expect(try next.receive().isEmpty)
    #expect(try next.settle("nack", [messages[4].receipt], #""delay":"0s""#) == 1)
    #expect(try next.receive().map(\.attempt) == [2])
  }

  @Test func whatWasTruncatedBeforeItWasAckedIsCounted() throws {
    #expect(try client.put("/v1/topics/t", #"{"config":{"segment_bytes":1024}}"#).status == 201)
    for _ in 0..<10 {
      let value = String(repeating: "x", count: 500)
      #expect(try client.post("/v1/topics/t/records", value, type: "text/plain").status == 200)
    }
    let held = try consumer.receive(["t"], #""max_records":2"#)
    let path = "/v1/topics/t/partitions/0/truncate"
    let start = try #require(
      try client.post(path, #"{"before_offset":6}"#).json["log_start_offset"].int)
    #expect(start > 2)
    #expect(try consumer.receive().map(\.offset) == Array(start..<10))
    #expect(try consumer.settle("ack", held.map(\.receipt)) == 2)
    #expect(try consumer.standing()["deleted_unacked"].int == start)
    #expect(try consumer.standing()["done_before_offset"].int == start)
  }

  @Test func aDeletedTopicIsForgotten() throws {
    try produce(2)
    let held = try consumer.receive()
    #expect(try client.delete("/v1/topics/t").status == 204)
    #expect(try consumer.settle("ack", held.map(\.receipt)) == 0)
    #expect(try client.get("/v1/groups/g").json["partitions"].array.isEmpty)
    let answer = try client.post("/v1/groups/g/receive", #"{"topics":["t"]}"#)
    #expect(answer.code == "topic_not_found")
    try produce(1)
    #expect(try consumer.receive().map(\.offset) == [0])
  }

  @Test func aLongPollEndsWhenItsGroupIsDeleted() throws {
    #expect(try client.put("/v1/topics/t").status == 201)
    #expect(try client.put("/v1/groups/g").status == 201)
    let port = server.port
    let waiting = Background {
      try HTTPClient(port: port).post("/v1/groups/g/receive", #"{"topics":["t"],"wait":"20s"}"#)
    }
    usleep(100_000)
    #expect(try client.delete("/v1/groups/g").status == 204)
    let answer = try waiting.join()
    #expect(answer.code == "group_not_found")
    #expect(answer.seconds < 5)
  }

  @Test func plainCursorsStayWhereTheyAreLeft() throws {
    #expect(try client.put("/v1/topics/t", #"{"partitions":2}"#).status == 201)
    let body = #"{"topic":"t","partition":1,"next_offset":77,"metadata":"é"}"#
    #expect(try client.put("/v1/groups/g/offsets", body).status == 200)
    try server.kill()
    try server.restart()
    let answer = try server.client().get("/v1/groups/g/offsets?topic=t")
    #expect(answer.json["offsets"].array.count == 1)
    #expect(answer.json["offsets"].array.first?["next_offset"].int == 77)
    #expect(answer.json["offsets"].array.first?["metadata"].string == "é")
  }

  @Test func allCursorsOfAGroupAreListed() throws {
    for (topic, partition, next) in [("b", 0, 3), ("a", 1, 2), ("a", 0, 1)] {
      _ = try client.put("/v1/topics/\(topic)", #"{"partitions":2}"#)
      let place = #"{"topic":"\#(topic)","partition":\#(partition),"next_offset":\#(next)}"#
      #expect(try client.put("/v1/groups/g/offsets", place).status == 200)
    }
    let all = try client.get("/v1/groups/g/offsets").json["offsets"].array
    #expect(all.map { $0["next_offset"].int } == [1, 2, 3])
    #expect(all.map { $0["topic"].string } == ["a", "a", "b"])
    #expect(try client.get("/v1/groups/g/offsets?topic=b").json["offsets"].array.count == 1)
  }

  @Test func whatWentWrongTooOftenLiesAmongTheDeadLettersUntilItIsSentBack() throws {
    let config = #"{"config":{"max_attempts":2,"backoff":["0s"],"lease":"60s"}}"#
    #expect(try client.put("/v1/groups/g", config).status == 201)
    try produce(3)
    for attempt in 1...2 {
      let messages = try consumer.receive()
      #expect(messages.map(\.attempt) == [attempt, attempt, attempt])
      let isLast = attempt == 2
      #expect(try consumer.settle("nack", messages.prefix(2).map(\.receipt)) == 2)
      if isLast {
        let fields = #""dead_letter":true"#
        #expect(try consumer.settle("nack", [messages[2].receipt], fields) == 1)
      } else {
        #expect(try consumer.settle("nack", [messages[2].receipt], #""delay":"0s""#) == 1)
      }
    }
    #expect(try eventually { try client.get("/v1/groups/g").json["dead"].int == 3 })
    #expect(try consumer.receive().isEmpty)
    let path = "/v1/groups/g/dead-letters"
    let first = try client.get("\(path)?max_records=2").json
    #expect(first["records"].array.count == 2)
    #expect(first["total"].int == 3)
    let next = try #require(first["next_offset"].int)
    let second = try client.get("\(path)?offset=\(next)").json["records"].array
    #expect(second.map { $0["headers"]["sluice-attempts"].string } == ["2"])
    #expect(try client.post("\(path)/redrive", #"{"max":1}"#).json["redriven"].int == 1)
    #expect(try client.post("\(path)/redrive", #"{"topic":"none"}"#).json["redriven"].int == 0)
    #expect(try consumer.receive().map(\.offset) == [3])
    try server.kill()
    try server.restart()
    #expect(try server.client().delete(path).json["purged"].int == 2)
    #expect(try server.client().get(path).json["total"].int == 0)
  }

  @Test func theMetricsSayHowEachGroupStands() throws {
    try produce(5)
    let messages = try consumer.receive(["t"], #""max_records":4"#)
    _ = try consumer.settle("ack", [messages[0].receipt])
    _ = try consumer.settle("nack", [messages[1].receipt], #""delay":"1h""#)
    let text = try client.get("/metrics").text
    let expected = [
      "sluice_group_lag": 4, "sluice_group_in_flight": 2, "sluice_group_waiting": 1,
      "sluice_group_delivered_total": 4, "sluice_group_redelivered_total": 0,
      "sluice_group_acks_total": 1, "sluice_group_nacks_total": 1,
      "sluice_group_expiries_total": 0, "sluice_group_dead_letters_total": 0,
      "sluice_group_deleted_unacked_total": 0,
    ]
    let names = text.split(separator: "\n").filter { $0.hasPrefix("sluice_group_") }
    for (name, value) in expected {
      #expect(
        names.contains { $0 == "\(name){group=\"g\",topic=\"t\"} \(value)" },
        "\(name): \(names.joined(separator: "\n"))")
    }
  }

  @Test func oneWaiterTooManyGets429() throws {
    let server = try TestServer(["--max-waiters", "1"])
    let client = server.client()
    #expect(try client.put("/v1/topics/t").status == 201)
    let waiting = try server.connect()
    let body = #"{"topics":["t"],"wait":"20s"}"#
    try waiting.send(
      "POST /v1/groups/g/receive HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    usleep(50_000)
    let answer = try client.post("/v1/groups/g/receive", body)
    #expect(answer.status == 429)
    #expect(answer.code == "too_many_waiters")
    #expect(try client.post("/v1/topics/t/records", "x", type: "text/plain").status == 200)
    #expect(try waiting.readResponse().status == 200)
  }
}
