import Foundation
import Support
import Testing

/// Damage on the disk is reported, not passed on, and nothing else suffers from it.
@Suite struct CorruptionTests {
  @Test func damageIsAnErrorThatSaysWhere() throws {
    let server = try TestServer()
    let client = server.client()
    for index in 0..<3 {
      let value = String(repeating: "\(index)", count: 200)
      #expect(try client.post("/v1/topics/t/records", value, type: "text/plain").status == 200)
    }
    #expect(try server.terminate() == 0)
    let file = "\(server.dataDirectory)/topics/t-0/00000000000000000000.log"
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    let size = bytes.count / 3
    bytes[size + size / 2] ^= 0xFF
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    try server.restart()
    let again = server.client()
    let path = "/v1/topics/t/partitions/0/records"
    #expect(try again.get("\(path)/0/value").text == String(repeating: "0", count: 200))
    #expect(try again.get("\(path)/2/value").text == String(repeating: "2", count: 200))
    for target in [
      "\(path)/1", "\(path)/1/value", "\(path)?offset=1", "/v1/topics/t/records?key=k",
    ] {
      let answer = try again.get(target)
      #expect(answer.status == 500, "\(target)")
      #expect(answer.code == "log_corrupted", "\(target): \(answer.text)")
      #expect(answer.json["file"].string?.hasSuffix("00000000000000000000.log") == true)
      #expect(answer.json["position"].int == size, "\(target): \(answer.text)")
    }
    let consumer = Consumer(server)
    for offset in [0, 2] { #expect(try consumer.receive().map(\.offset) == [offset]) }
    let received = try again.post("/v1/groups/g/receive", #"{"topics":["t"],"wait":"5s"}"#)
    #expect(received.status == 500)
    #expect(received.code == "log_corrupted")
    #expect(try again.post("/v1/topics/t/records", "more", type: "text/plain").status == 200)
    #expect(try again.get("\(path)?offset=2").json["records"].array.count == 2)
  }

  private static let records = "/v1/topics/t/partitions/0/records"

  /// A stopped server with so many records of that many bytes, each in a batch of its own.
  private static func stopped(
    _ count: Int, bytes: Int, segmentBytes: Int? = nil
  ) throws -> (TestServer, file: String) {
    let server = try TestServer()
    let client = server.client()
    let config = segmentBytes.map { "{\"segment_bytes\":\($0)}" } ?? "{}"
    #expect(
      try client.put("/v1/topics/t", "{\"partitions\":1,\"config\":\(config)}").status == 201)
    for index in 0..<count {
      let value = "\(index) " + String(repeating: "x", count: bytes)
      #expect(try client.post("/v1/topics/t/records", value, type: "text/plain").status == 200)
    }
    #expect(try server.terminate() == 0)
    return (server, "\(server.dataDirectory)/topics/t-0/00000000000000000000.log")
  }

  /// Changes one bit of a byte of the file's batch number `batch`; gives where the batch begins.
  private static func flip(_ file: String, batch: Int, byte: Int) throws -> Int {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    var position = 0
    for _ in 0..<batch {
      position += 12 + bytes[(position + 8)..<(position + 12)].reduce(0) { $0 << 8 | Int($1) }
    }
    bytes[position + byte] ^= 2
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return position
  }

  @Test(
    arguments: ["application/json", "application/x-ndjson"],
    // A byte of the value, one of the base offset.
    [100, 5])
  func whatIsSoundBeforeDamageIsAnAnswerOfItsOwn(_ type: String, _ byte: Int) throws {
    let (server, file) = try Self.stopped(9, bytes: 200)
    let position = try Self.flip(file, batch: 4, byte: byte)
    try server.restart()
    let client = server.client()
    let target = "\(Self.records)?offset=earliest&max_records=1000"
    for _ in 0..<2 {
      let answer = try client.get(target, ["Accept": type])
      #expect(answer.status == 200)
      #expect(answer["Sluice-Next-Offset"] == "4")
      #expect(answer.text.split(separator: "\"offset\":").count - 1 == 4)
    }
    for accept in [type, "application/vnd.kafka.recordbatch.v2"] {
      let answer = try client.get("\(Self.records)?offset=4", ["Accept": accept])
      #expect(answer.status == 500 && answer.code == "log_corrupted", "\(answer.text)")
      #expect(answer.json["file"].string == file)
      #expect(answer.json["position"].int == position)
    }
    #expect(try client.get("\(Self.records)/4").code == "log_corrupted")
    #expect(try client.get("\(Self.records)?offset=5").json["next_offset"].int == 9)
    #expect(try client.get("/metrics").text.contains("sluice_log_damaged_ranges_total 1\n"))
    #expect(server.log.contains("\(file) is damaged at position \(position)"))
  }

  @Test func anAnswerThatIsUnderWayEndsWhereDamageBegins() throws {
    let (server, file) = try Self.stopped(8, bytes: 60_000)
    _ = try Self.flip(file, batch: 5, byte: 1000)
    try server.restart()
    let client = server.client()
    let target = "\(Self.records)?offset=0&max_bytes=100000000"
    let answer = try client.get(target)
    #expect(answer.status == 200)
    #expect(answer.json["records"].array.count == 5)
    #expect(answer.json["next_offset"].int == 5)
    // The head was on its way when the damage was found; now it is known.
    #expect(answer["Sluice-Next-Offset"] == "8")
    #expect(try client.get(target)["Sluice-Next-Offset"] == "5")
  }

  @Test func linesThatAreUnderWayBreakOffWhereDamageBegins() throws {
    let (server, file) = try Self.stopped(8, bytes: 60_000)
    _ = try Self.flip(file, batch: 5, byte: 1000)
    try server.restart()
    let client = server.client()
    let target = "\(Self.records)?offset=0&max_bytes=100000000"
    let lines = ["Accept": "application/x-ndjson"]
    #expect(throws: TransferFailure.self) { try client.get(target, lines).status }
    let answer = try client.get(target, lines)
    #expect(answer.status == 200 && answer["Sluice-Next-Offset"] == "5")
    #expect(answer.text.split(separator: "\n").count == 5)
  }

  @Test func aGroupGoesOnRoundDamageThatIsFoundAsItReceives() throws {
    let (server, file) = try Self.stopped(8, bytes: 60_000)
    for batch in [0, 5] { _ = try Self.flip(file, batch: batch, byte: 1000) }
    try server.restart()
    let consumer = Consumer(server)
    var found: [Int: Int] = [:]
    for _ in 0..<3 {
      let messages = try consumer.receive(["t"], #""max_bytes":100000000"#)
      for message in messages { found[message.offset] = message.attempt }
      #expect(try consumer.settle("ack", messages.map(\.receipt)) == messages.count)
      if found.count == 6 { break }
    }
    #expect(found == [1: 1, 2: 1, 3: 1, 4: 1, 6: 1, 7: 1])
    let refused = try consumer.client.post("/v1/groups/g/receive", #"{"topics":["t"]}"#)
    #expect(refused.status == 500 && refused.code == "log_corrupted")
    #expect(try consumer.standing()["waiting"].int == 2)
    // Whoever gives them up says so.
    let seek = #"{"topic":"t","partition":0,"to":"latest"}"#
    #expect(try consumer.client.post("/v1/groups/g/seek", seek).status == 200)
    #expect(try consumer.receive().isEmpty)
  }

  @Test func aSegmentThatIsGoneOrNoFileDoesNotPassInSilence() throws {
    for isGone in [true, false] {
      let (server, file) = try Self.stopped(8, bytes: 2000, segmentBytes: 5000)
      let second = file.replacing("0.log", with: "2.log")
      try FileManager.default.removeItem(atPath: second)
      if !isGone {
        try FileManager.default.createDirectory(
          atPath: second, withIntermediateDirectories: false)
      }
      try server.restart()
      let client = server.client()
      let first = try client.get("\(Self.records)?offset=earliest&max_records=1000")
      #expect(first.json["records"].array.count == 2 && first.json["next_offset"].int == 2)
      for target in ["\(Self.records)?offset=2", "\(Self.records)/3", "\(Self.records)/2/value"] {
        let answer = try client.get(target)
        #expect(answer.status == 500, "\(target): \(answer.text)")
        #expect(answer.code == (isGone ? "log_corrupted" : "storage_unreadable"))
        #expect(answer.text.contains(isGone ? file : second))
      }
      #expect(try client.get("\(Self.records)?offset=4").json["records"].array.count > 0)
      #expect(server.log.contains(isGone ? "are missing" : "cannot be served"))
      #expect(try client.get("/metrics").text.contains("sluice_log_damaged_ranges_total 1\n"))
    }
  }

  @Test func stateThatIsGoneRefusesTheStartInASentence() throws {
    for state in ["catalog", "groups", "scheduled", "transactions"] {
      let server = try TestServer()
      let client = server.client()
      #expect(
        try client.post("/v1/topics/t/records?delay=1h", "x", type: "text/plain").status == 200)
      _ = try Consumer(server).receive()
      let prepare = #"{"producer_group":"p","records":[{"topic":"t","value":"half"}]}"#
      #expect(try client.post("/v1/transactions", prepare).status == 201)
      #expect(try server.terminate() == 0)
      let directory = "\(server.dataDirectory)/state/\(state)"
      try FileManager.default.removeItem(atPath: "\(directory)/00000000000000000000.log")
      #expect(throws: TransferFailure.self) { try server.restart() }
      #expect(try server.waitForEnd() != 0)
      let line = server.log.split(separator: "\n").last { $0.contains("cannot serve") } ?? ""
      #expect(line.contains("\(directory) at position 0: its segment files are missing"), "\(line)")
    }
  }
}
