import Foundation
import Support
import Testing

/// A disk without room refuses writes, serves reads, and takes writes again when there is room.
@Suite(.enabled(if: SmallDisk.isPossible, "only root can make a small disk"))
struct FullDiskTests {
  private static let diskBytes = 24 << 20
  private static let records = "/v1/topics/t/records"

  /// A server whose disk has room for less than a value of a mebibyte, and what it holds.
  private func filled(
    _ config: String = #"{"partitions":1,"config":{"segment_bytes":2097152}}"#
  ) throws -> (server: TestServer, stored: Int) {
    let server = try TestServer(diskBytes: Self.diskBytes)
    let client = server.client()
    #expect(try client.put("/v1/topics/t", config).status == 201)
    let value = String(repeating: "v", count: 1_000_000)
    var stored = 0
    while stored < 100 {
      let answer = try client.post(
        Self.records + "?partition=0", value, type: "application/octet-stream")
      if answer.status == 507 {
        #expect(answer.code == "storage_full")
        return (server, stored)
      }
      #expect(answer.status == 200)
      stored += 1
    }
    throw TransferFailure(number: 0, message: "the disk is never full")
  }

  @Test func produceAnswers507ReadsGoOnAndRoomBringsWritesBack() throws {
    let (server, stored) = try filled()
    let client = server.client()
    #expect(stored > 3)
    let last = try client.get("/v1/topics/t/partitions/0/records/\(stored - 1)/value")
    #expect(last.status == 200 && last.body.count == 1_000_000)
    #expect(try client.get("/readyz").status == 200)
    let cut = try client.post(
      "/v1/topics/t/partitions/0/truncate", #"{"before_offset":\#(stored)}"#,
      type: "application/json")
    #expect(cut.status == 200, "\(cut.text)")
    let again = try client.post(Self.records, "after", type: "application/octet-stream")
    #expect(again.status == 200, "\(again.text)")
    try server.restart()
    let offset = stored
    let value = try server.client().get("/v1/topics/t/partitions/0/records/\(offset)/value")
    #expect(value.text == "after")
  }

  @Test func aFullDiskStartsAgainAfterAKill() throws {
    let (server, stored) = try filled()
    try server.kill()
    try server.restart()
    let client = server.client()
    for offset in 0..<stored {
      let answer = try client.get("/v1/topics/t/partitions/0/records/\(offset)/value")
      #expect(answer.status == 200 && answer.body.count == 1_000_000)
    }
    #expect(try client.delete("/v1/topics/t").status == 204)
    #expect(try client.post("/v1/topics/u/records", "room", type: "text/plain").status == 200)
  }

  @Test func aRequestIsStoredWhereThereIsRoom() throws {
    let (server, _) = try filled(#"{"partitions":2,"config":{"segment_bytes":2097152}}"#)
    let large = String(repeating: "l", count: 1_000_000)
    let answer = try server.client().post(
      Self.records,
      #"{"records":[{"partition":0,"value":"\#(large)"},{"partition":1,"value":"small"}]}"#,
      type: "application/json")
    #expect(answer.status == 207, "\(answer.text)")
    #expect(answer.text.contains(#""code":"storage_full""#))
    let small = try server.client().get("/v1/topics/t/partitions/1/records/0/value")
    #expect(small.text == "small")
  }

  @Test(arguments: [1, 3], ["committed", "written"])
  func aStreamedBodyStopsWhereThereIsNoRoomAndSaysHowManyItsFirstRecordsAre(
    _ partitions: Int, _ acks: String
  ) throws {
    let server = try TestServer(diskBytes: Self.diskBytes)
    let client = server.client()
    let config = #"{"partitions":\#(partitions),"config":{"segment_bytes":2097152}}"#
    #expect(try client.put("/v1/topics/t", config).status == 201)
    let filler = String(repeating: "q", count: 993)
    let lines = (0..<40_000).map { "\($0) \(filler)" }.joined(separator: "\n")
    let answer = try client.post(Self.records + "?acks=\(acks)", lines, type: "text/plain")
    #expect(answer.status == 507 || partitions > 1 && answer.status == 207, "\(answer.text)")
    let stored = try #require(answer.json["stored"].int)
    #expect(stored > 1000)
    var found: [Int] = []
    for partition in 0..<partitions {
      var offset = 0
      while true {
        let page = try client.get(
          "/v1/topics/t/partitions/\(partition)/records?offset=\(offset)&max_bytes=8000000")
        let values = page.json["records"].array.map { $0["value"].string ?? "" }
        if values.isEmpty { break }
        found += values.map { Int($0.prefix { $0 != " " }) ?? -1 }
        offset = try #require(page.json["next_offset"].int)
      }
      // Each partition's outcome says what it got.
      for outcome in answer.json["partitions"].array where outcome["partition"].int == partition {
        #expect((outcome["count"].int ?? 0) == offset, "\(answer.text)")
      }
    }
    #expect(found.sorted() == Array(0..<stored))
    if partitions == 1 { #expect(found == Array(0..<stored)) }
  }

  @Test func aTopicThatHasNoRoomIsNotMade() throws {
    let (server, _) = try filled()
    let client = server.client()
    var refused: HTTPResponse?
    for number in 0..<5000 where refused == nil {
      let answer = try client.put("/v1/topics/more-\(number)")
      if answer.status != 201 { refused = answer }
    }
    #expect(refused?.status == 507, "\(refused?.text ?? "none")")
    #expect(refused?.code == "storage_full")
    #expect(try client.delete("/v1/topics/t").status == 204)
    #expect(try client.put("/v1/topics/roomy").status == 201)
  }
}
