import Foundation
import Support
import Testing

/// Half messages through the real program.
@Suite struct TransactionTests {
  static let path = "/v1/transactions"

  private static func prepare(
    _ client: HTTPClient, _ records: String, _ fields: String = ""
  ) throws -> HTTPResponse {
    let body = "{\"producer_group\":\"shop\",\"records\":[\(records)]\(fields)}"
    return try client.post(path, body)
  }

  private static func id(
    _ client: HTTPClient, _ records: String, _ fields: String = ""
  ) throws -> String {
    let answer = try prepare(client, records, fields)
    guard answer.status == 201, let id = answer.json["id"].string else {
      throw TransferFailure(number: answer.status, message: answer.text)
    }
    return id
  }

  private static func values(_ client: HTTPClient, _ topic: String, _ partition: Int = 0) throws
    -> [String]
  {
    let answer = try client.get("/v1/topics/\(topic)/partitions/\(partition)/records?values=text")
    return answer.json["records"].array.compactMap { $0["value"].string }
  }

  @Test func aCommitShowsEverythingAndSaysWhereItStands() throws {
    let server = try TestServer()
    let client = server.client()
    #expect(try client.put("/v1/topics/orders", #"{"partitions":4}"#).status == 201)
    let records = """
      {"topic":"orders","key":"user-42","value":"book","tag":"paid","headers":{"trace":"a1"}},
      {"topic":"mail","value":{"to":"user-42"},"timestamp":1700000000000},
      {"topic":"orders","partition":3,"value_base64":"aGk="}
      """
    let prepared = try TransactionTests.prepare(client, records)
    #expect(prepared.status == 201)
    let id = try #require(prepared.json["id"].string)
    #expect(prepared["Location"] == "/v1/transactions/\(id)")
    #expect(prepared.json["state"].string == "prepared")
    #expect(prepared.json["records"].int == 3)
    #expect(try TransactionTests.values(client, "mail").isEmpty)
    #expect(try client.get("/v1/status").json["transactions"]["prepared"].int == 1)
    let committed = try client.post("\(TransactionTests.path)/\(id)/commit", "")
    #expect(committed.status == 200)
    #expect(committed.json["state"].string == "committed")
    let parts = committed.json["partitions"].array
    #expect(parts.map { $0["topic"].string } == ["orders", "orders", "mail"])
    #expect(parts.compactMap { $0["base_offset"].int } == [0, 0, 0])
    // Kafka's hash of the key, as with produce.
    let plain = try client.post("/v1/topics/orders/records", #"{"key":"user-42","value":"pen"}"#)
    let partition = try #require(plain.json["partitions"][0]["partition"].int)
    #expect(parts[0]["partition"].int == partition)
    let found = try client.get("/v1/topics/orders/partitions/\(partition)/records").json
    #expect(found["records"][0]["tag"].string == "paid")
    #expect(found["records"][0]["headers"]["trace"].string == "a1")
    #expect(try TransactionTests.values(client, "orders", 3) == ["hi"])
    let mail = try client.get("/v1/topics/mail/partitions/0/records").json["records"][0]
    #expect(mail["timestamp"].int == 1_700_000_000_000)
    let again = try client.post("\(TransactionTests.path)/\(id)/commit", "")
    #expect(again.status == 200)
    #expect(again.text == committed.text)
    let opposite = try client.post("\(TransactionTests.path)/\(id)/rollback", "")
    #expect(opposite.status == 409)
    #expect(opposite.code == "transaction_committed")
  }

  @Test func aRollbackShowsNothingEver() throws {
    let server = try TestServer()
    let client = server.client()
    let id = try TransactionTests.id(client, #"{"topic":"t","value":"x"}"#)
    let first = try client.post("\(TransactionTests.path)/\(id)/rollback", "")
    #expect(first.json["state"].string == "rolled_back")
    #expect(first.json["rolled_back_by"].string == "client")
    #expect(try client.post("\(TransactionTests.path)/\(id)/rollback", "").text == first.text)
    let opposite = try client.post("\(TransactionTests.path)/\(id)/commit", "")
    #expect(opposite.code == "transaction_rolled_back")
    #expect(try TransactionTests.values(client, "t").isEmpty)
    try server.restart()
    let known = try server.client().get("\(TransactionTests.path)/\(id)")
    #expect(known.json["state"].string == "rolled_back")
    #expect(try TransactionTests.values(server.client(), "t").isEmpty)
  }

  @Test func whatTheRecordsAreCanBeLookedAtUntilTheyAreDecided() throws {
    let server = try TestServer()
    let client = server.client()
    let id = try TransactionTests.id(
      client, #"{"topic":"t","key":"k","value":{"order":7},"tag":"paid"},{"topic":"u","value":"x"}"#
    )
    let records = try client.get("\(TransactionTests.path)/\(id)/records").json["records"].array
    #expect(records.map { $0["topic"].string } == ["t", "u"])
    #expect(records[0]["value"]["order"].int == 7)
    #expect(records[0]["key"].string == "k")
    #expect(records[0]["tag"].string == "paid")
    #expect(records[0]["offset"].isMissing)
    #expect(
      try client.get("\(TransactionTests.path)?state=unresolved&producer_group=shop")
        .json["transactions"].array.isEmpty)
    #expect(try client.post("\(TransactionTests.path)/\(id)/rollback", "").status == 200)
    let gone = try client.get("\(TransactionTests.path)/\(id)/records")
    #expect(gone.code == "transaction_rolled_back")
  }

  @Test func checksAreOfferedToOnePollerEachAndThenEnded() throws {
    let server = try TestServer([
      "--transaction-check-after", "100ms", "--transaction-check-interval", "100ms",
      "--transaction-checks", "3",
    ])
    let client = server.client()
    let port = server.port
    let poll = "\(TransactionTests.path)?producer_group=shop&state=unresolved&limit=1&wait=20s"
    let pollers = (0..<4).map { _ in
      Background { try HTTPClient(port: port).get(poll) }
    }
    usleep(50_000)
    var ids: Set<String> = []
    for index in 0..<4 {
      ids.insert(
        try TransactionTests.id(
          client, #"{"topic":"t","value":\#(index)}"#, #","check_after":"200ms""#))
    }
    var offered: Set<String> = []
    for poller in pollers {
      let answer = try poller.join()
      #expect(answer.seconds < 15)
      let found = answer.json["transactions"].array
      #expect(found.count == 1)
      #expect(found[0]["checks"].int == 1)
      offered.insert(found[0]["id"].string ?? "")
    }
    #expect(offered == ids)
    var states: Set<String> = []
    for _ in 0..<200 {
      _ = try client.get(
        "\(TransactionTests.path)?producer_group=shop&state=unresolved&wait=100ms")
      states = Set(
        try ids.map { try client.get("\(TransactionTests.path)/\($0)").json["state"].string ?? "" })
      if states == ["rolled_back"] { break }
    }
    #expect(states == ["rolled_back"])
    let one = try client.get("\(TransactionTests.path)/\(ids.first!)").json
    #expect(one["rolled_back_by"].string == "checks")
    #expect(one["checks"].int == 3)
    let text = try client.get("/metrics").text
    #expect(text.contains("sluice_transactions_rolled_back_total{by=\"checks\"} 4\n"))
    #expect(text.contains("sluice_transactions_checks_total 12\n"))
    #expect(text.contains("sluice_transactions_undecided 0\n"))
  }

  @Test func onesOwnChecksComeOnlyToTheirGroupAndLookingAtTheListIsNone() throws {
    let server = try TestServer(["--transaction-check-after", "1ms"])
    let client = server.client()
    let id = try TransactionTests.id(client, #"{"topic":"t","value":1}"#)
    let other = "\(TransactionTests.path)?producer_group=bank"
    #expect(
      try client.get(other + "&state=unresolved&wait=100ms").json["transactions"].array.isEmpty)
    #expect(try client.get(other).json["transactions"].array.isEmpty)
    for _ in 0..<2 {
      let listed = try client.get("\(TransactionTests.path)?state=prepared").json["transactions"]
      #expect(listed.array.map { $0["id"].string } == [id])
      #expect(listed[0]["checks"].int == 0)
    }
    let due = try client.get(
      "\(TransactionTests.path)?producer_group=shop&state=unresolved&wait=10s")
    #expect(due.json["transactions"].array.map { $0["checks"].int } == [1])
  }

  @Test func theListComesInPages() throws {
    let server = try TestServer()
    let client = server.client()
    let ids = try (0..<5).map { index in
      try TransactionTests.id(client, #"{"topic":"t","value":\#(index)}"#)
    }
    var found: [String] = []
    var after = ""
    for _ in 0..<4 {
      let page = try client.get(
        "\(TransactionTests.path)?limit=2&producer_group=shop\(after)"
      ).json
      found += page["transactions"].array.compactMap { $0["id"].string }
      guard let next = page["next_after"].string else { break }
      after = "&after=\(next)"
    }
    #expect(found == ids)
  }

  @Test func limitsAnswerWithARetry() throws {
    let server = try TestServer(["--max-transactions", "2", "--max-waiters", "1"])
    let client = server.client()
    for _ in 0..<2 { _ = try TransactionTests.id(client, #"{"topic":"t","value":1}"#) }
    let answer = try TransactionTests.prepare(client, #"{"topic":"t","value":1}"#)
    #expect(answer.status == 429)
    #expect(answer.code == "too_many_transactions")
    #expect(answer["Retry-After"] != nil)
    #expect(answer.json["limit"].int == 2)
    // Of two that wait at once, one is too many.
    let port = server.port
    let path = "\(TransactionTests.path)?producer_group=none&state=unresolved&wait=3s"
    let waiting = (0..<2).map { _ in Background { try HTTPClient(port: port).get(path) } }
    let answers = try waiting.map { try $0.join() }.sorted { $0.status < $1.status }
    #expect(answers.map(\.status) == [200, 429])
    #expect(answers[1].code == "too_many_waiters")
    #expect(answers[1]["Retry-After"] != nil)
  }

  @Test func aDrainEndsTheWaitForChecks() throws {
    let server = try TestServer()
    let port = server.port
    let waiting = Background {
      try HTTPClient(port: port).get(
        "\(TransactionTests.path)?producer_group=g&state=unresolved&wait=60s")
    }
    usleep(200_000)
    server.beginTermination()
    let answer = try waiting.join()
    #expect(answer.status == 200)
    #expect(answer.json["transactions"].array.isEmpty)
    #expect(try server.waitForEnd() == 0)
  }

  @Test func consumeTransformProduceAndAckAreOne() throws {
    let server = try TestServer()
    let consumer = Consumer(server)
    let client = consumer.client
    #expect(try client.post("/v1/topics/t/records", "a\nb", type: "text/plain").status == 200)
    let messages = try consumer.receive()
    let list = messages.map { "\"\($0.receipt)\"" }.joined(separator: ",")
    let acks = #","acks":{"group":"g","receipts":[\#(list)]}"#
    let id = try TransactionTests.id(client, #"{"topic":"out","value":"ab"}"#, acks)
    let second = try TransactionTests.id(
      client, #"{"topic":"out","value":"once more"}"#,
      #","acks":[{"group":"g","receipts":[\#(list)]}]"#)
    #expect(try consumer.standing()["in_flight"].int == 2)
    let committed = try client.post("\(TransactionTests.path)/\(id)/commit", "")
    #expect(committed.json["acks"].int == 2)
    #expect(try consumer.standing()["lag"].int == 0)
    let late = try client.post("\(TransactionTests.path)/\(second)/commit", "")
    #expect(late.status == 409)
    #expect(late.code == "receipt_stale")
    let known = try client.get("\(TransactionTests.path)/\(second)").json
    #expect(known["rolled_back_by"].string == "receipts")
    let refused = try TransactionTests.prepare(client, "", acks)
    #expect(refused.code == "receipt_stale")
    #expect(refused.json["receipts"].array.count == 2)
    #expect(try TransactionTests.values(client, "out") == ["ab"])
  }

  @Test func aDelayedRecordIsScheduledWithTheCommit() throws {
    let server = try TestServer()
    let client = server.client()
    let records = """
      {"topic":"t","value":"soon","delay":"300ms"},{"topic":"t","value":"now"},
      {"topic":"u","key":"k","value":{"n":1},"tag":"red","deliver_at":"2030-01-01T00:00:00Z"},
      {"topic":"t","value":"past","deliver_at":0}
      """
    let prepared = try TransactionTests.prepare(client, records)
    #expect(prepared.json["scheduled_count"].int == 2)
    #expect(prepared.json["scheduled"].array.isEmpty)
    let id = try #require(prepared.json["id"].string)
    let path = "\(TransactionTests.path)/\(id)"
    let looked = try client.get("\(path)/records").json["records"].array
    #expect(looked.map { $0["delay"].string } == [nil, nil, "300ms", nil])
    #expect(looked[3]["deliver_at"].string == "2030-01-01T00:00:00.000Z")
    usleep(400_000)
    #expect(try client.get("/v1/scheduled").json["count"].int == 0)
    let committed = try client.post("\(path)/commit", "")
    #expect(committed.status == 200, "\(committed.text)")
    let scheduled = committed.json["scheduled"].array
    #expect(scheduled.map { $0["topic"].string } == ["t", "u"])
    #expect(committed.json["partitions"].array.count == 1)
    #expect(try TransactionTests.values(client, "t") == ["now", "past"])
    let later = try #require(scheduled[1]["id"].string)
    let one = try client.get("/v1/scheduled/\(later)").json
    #expect(one["tag"].string == "red" && one["value"]["n"].int == 1)
    #expect(one["deliver_at"].string == scheduled[1]["deliver_at"].string)
    let deadline = ContinuousClock.now + .seconds(10)
    while try TransactionTests.values(client, "t").count < 3, .now < deadline {}
    #expect(try TransactionTests.values(client, "t") == ["now", "past", "soon"])
    try server.kill()
    try server.restart()
    let again = try server.client().post("\(path)/commit", "")
    #expect(again.text == committed.text)
    #expect(try server.client().delete("/v1/scheduled/\(later)").status == 204)
    #expect(try server.client().get("/metrics").text.contains("sluice_scheduled_cancelled_total 1"))
  }

  @Test func onlySoManyRecordsMayBeScheduled() throws {
    let server = try TestServer(["--max-scheduled", "1"])
    let client = server.client()
    let two = #"{"topic":"t","value":1,"delay":"1h"},{"topic":"t","value":2,"delay":"1h"}"#
    let refused = try TransactionTests.prepare(client, two)
    #expect(refused.status == 429 && refused.code == "too_many_scheduled", "\(refused.text)")
    #expect(refused.json["limit"].int == 1)
    #expect(try client.get(TransactionTests.path).json["transactions"].array.isEmpty)
  }

  @Test func acksAloneAreATransaction() throws {
    let server = try TestServer()
    let consumer = Consumer(server)
    let client = consumer.client
    #expect(try client.post("/v1/topics/t/records", "a", type: "text/plain").status == 200)
    let receipt = try consumer.receive()[0].receipt
    let id = try TransactionTests.id(
      client, "", #","acks":{"group":"g","receipts":["\#(receipt)"]}"#)
    #expect(try client.post("\(TransactionTests.path)/\(id)/commit", "").status == 200)
    #expect(try consumer.standing()["lag"].int == 0)
  }

  @Test func theRecordAtFaultIsNamedAndNothingIsKept() throws {
    let server = try TestServer()
    let client = server.client()
    #expect(
      try client.put("/v1/topics/tight", #"{"config":{"max_record_bytes":10}}"#).status == 201)
    let bad = [
      (#"{"topic":"tight","value":"much too long"}"#, 413, "record_too_large"),
      (#"{"topic":"tight","value":1,"partition":9}"#, 404, "partition_not_found"),
      (#"{"topic":"tight"}"#, 400, "invalid_record"),
      (#"{"value":1}"#, 400, "invalid_record"),
      (#"{"topic":"tight","value":1,"colour":2}"#, 400, "invalid_record"),
    ]
    for (record, status, code) in bad {
      let answer = try TransactionTests.prepare(client, #"{"topic":"tight","value":1},"# + record)
      #expect(answer.status == status, "\(answer.text)")
      #expect(answer.code == code, "\(answer.text)")
      #expect(answer.json["record"].int == 1, "\(answer.text)")
    }
    #expect(try client.get(TransactionTests.path).json["transactions"].array.isEmpty)
  }
}
