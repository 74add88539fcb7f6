import Foundation
import Support
import Testing

/// The newest records of a key, without an index.
@Suite struct KeyTests {
  private static let path = "/v1/topics/t/records"

  private static func server(
    partitions: Int, _ arguments: [String] = []
  ) throws -> (TestServer, HTTPClient) {
    let server = try TestServer(arguments)
    let client = server.client()
    #expect(try client.put("/v1/topics/t", #"{"partitions":\#(partitions)}"#).status == 201)
    return (server, client)
  }

  /// Records of three keys, a second apart; every tenth goes where its key does not belong.
  private static func fill(_ client: HTTPClient, count: Int, partitions: Int) throws {
    let records = (0..<count).map { index in
      let foreign = index % 10 == 0 ? #","partition":\#(index / 10 % partitions)"# : ""
      let tag = index % 2 == 0 ? "even" : "odd"
      return #"{"key":"k\#(index % 3)","value":{"n":\#(index)},"tag":"\#(tag)","timestamp":"#
        + #"\#(1_700_000_000_000 + index * 1000)\#(foreign)}"#
    }
    let body = #"{"records":[\#(records.joined(separator: ","))]}"#
    #expect(try client.post(path, body).status == 200)
  }

  private static func numbers(_ answer: HTTPResponse) -> [Int?] {
    answer.json["records"].array.map { $0["value"]["n"].int }
  }

  @Test(arguments: [1, 4])
  func theNewestComeFirst(partitions: Int) throws {
    let (server, client) = try Self.server(partitions: partitions)
    try Self.fill(client, count: 90, partitions: partitions)
    let all = (0..<90).filter { $0 % 3 == 1 }
    let answer = try client.get("\(Self.path)?key=k1")
    #expect(answer.status == 200 && answer.mediaType == "application/json")
    #expect(answer["Cache-Control"] == "no-store")
    #expect(Self.numbers(answer) == all.reversed())
    #expect(answer.json["is_complete"].bool == true && answer.json["next"].isNull)
    #expect(answer.json["scanned"].int == 90)
    // Each says where it lies, and there it is.
    for record in answer.json["records"].array {
      let (partition, offset) = (record["partition"].int ?? -1, record["offset"].int ?? -1)
      let one = try client.get("/v1/topics/t/partitions/\(partition)/records/\(offset)")
      #expect(one.json["value"]["n"].int == record["value"]["n"].int)
    }
    #expect(Self.numbers(try client.get("\(Self.path)?key=k1&max_records=1")) == [88])
    let tagged = try client.get("\(Self.path)?key=k1&tag=even")
    #expect(Self.numbers(tagged) == all.reversed().filter { $0 % 2 == 0 })
    #expect(Self.numbers(try client.get("\(Self.path)?key_base64=azE=")) == all.reversed())
    #expect(Self.numbers(try client.get("\(Self.path)?key=none")) == [])
    let head = try client.send(HTTPRequest("HEAD", "\(Self.path)?key=k1"))
    #expect(head.status == 200 && head.bodyBytes == 0)
    let base64 = try client.get("\(Self.path)?key=k1&max_records=1&values=base64").json["records"]
    #expect(base64[0]["key_base64"].string == "azE=")
    withExtendedLifetime(server) {}
  }

  @Test func aSearchGoesOnWhereItEnded() throws {
    let (server, client) = try Self.server(partitions: 3, ["--max-key-scan", "40"])
    try Self.fill(client, count: 300, partitions: 3)
    for limit in [1000, 3] {
      var found: [Int?] = []
      var query = "key=k2&max_records=\(limit)"
      var scans = 0
      while true {
        let answer = try client.get("\(Self.path)?\(query)")
        #expect(answer.status == 200, "\(answer.text)")
        #expect((answer.json["scanned"].int ?? 0) > 0 || answer.json["is_complete"].bool == true)
        found += Self.numbers(answer)
        scans += 1
        guard let next = answer.json["next"].string, scans < 1000 else { break }
        #expect(answer.json["is_complete"].bool == false)
        query = "key=k2&max_records=\(limit)&before=\(next)"
      }
      #expect(found.compactMap { $0 }.sorted() == (0..<300).filter { $0 % 3 == 2 })
      #expect(scans > 1)
    }
    withExtendedLifetime(server) {}
  }

  @Test func keysAreBytes() throws {
    let (server, client) = try Self.server(partitions: 2)
    let body = """
      {"records":[{"key_base64":"/wD+","value":1},{"key":"","value":2},{"key":"a+b &=ü","value":3},
      {"value":4}]}
      """
    #expect(try client.post(Self.path, body).status == 200)
    for (query, value) in [
      ("key_base64=/wD%2B", "1"), ("key_base64=/wD+", "1"), ("key=", "2"),
      ("key=a%2Bb%20%26%3D%C3%BC", "3"),
    ] {
      let records = try client.get("\(Self.path)?\(query)").json["records"].array
      #expect(records.map { $0["value"].string } == [value], "\(query)")
    }
    withExtendedLifetime(server) {}
  }

  @Test func aTopicOfVeryManyPartitionsIsSearchedOneAtATime() throws {
    let (server, client) = try Self.server(partitions: 257)
    let stored = try client.post("\(Self.path)?key=k&partition=256", "x", type: "text/plain")
    #expect(stored.status == 200)
    let refused = try client.get("\(Self.path)?key=k")
    #expect(refused.status == 400 && refused.json["parameter"].string == "partition")
    let one = try client.get("\(Self.path)?key=k&partition=256").json["records"].array
    #expect(one.map { $0["offset"].int } == [0])
    withExtendedLifetime(server) {}
  }

  /// A long search is done in pieces: others are answered in between.
  @Test func aLongSearchHoldsNobodyUp() throws {
    let (server, client) = try Self.server(
      partitions: 1,
      [
        "--loops", "1", "--reader-threads", "1", "--max-key-scan", "10000000",
        "--max-key-searches", "1",
      ])
    let line = String(repeating: "v", count: 99) + "\n"
    for _ in 0..<4 {
      let body = String(repeating: line, count: 100_000)
      #expect(try client.post(Self.path, body, type: "text/plain").status == 200)
    }
    let port = server.port
    let search = Background {
      // One of the short ones below may be there first.
      while true {
        let answer = try HTTPClient(port: port).get("\(Self.path)?key=none")
        if answer.status != 429 { return answer }
      }
    }
    let clock = ContinuousClock()
    var slowest = Duration.zero
    var refused = 0
    var others = 0
    while !search.isDone {
      let start = clock.now
      // This one needs the only thread that may wait for the disk, as the search does.
      #expect(try client.get("/v1/topics/t/partitions/0/records/5").status == 200)
      slowest = max(slowest, clock.now - start)
      others += 1
      // Over at once where it is let in.
      let second = try client.get("\(Self.path)?key=none&before=0")
      if second.status == 429 {
        refused += 1
        #expect(second.code == "too_many_searches" && second.json["limit"].int == 1)
        #expect(second.number("Retry-After") == 1)
      }
    }
    let answer = try search.join()
    #expect(answer.json["scanned"].int == 400_000 && answer.json["is_complete"].bool == true)
    #expect(others > 3 && slowest < .milliseconds(500), "\(others), \(slowest)")
    #expect(refused > 0)
    #expect(try EventTests.metric("sluice_key_search_refused_total", server) >= refused)
    // What is over makes room, and is counted.
    #expect(try client.get("\(Self.path)?key=none&before=0").status == 200)
    let scanned = try EventTests.metric("sluice_key_search_scanned_records_total", server)
    #expect(scanned == 400_000, "\(scanned)")
  }
}
