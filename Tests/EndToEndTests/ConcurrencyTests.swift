import Support
import Testing

/// Many clients at once.
@Suite struct ConcurrencyTests {
  @Test func concurrentProducersGetDenseOffsets() throws {
    let server = try TestServer()
    #expect(try server.client().put("/v1/topics/t").status == 201)
    let port = server.port
    let producers = (0..<8).map { producer in
      Background {
        let client = HTTPClient(port: port)
        return try (0..<50).map { index in
          let body = "\(producer)-\(index)-a\n\(producer)-\(index)-b"
          let answer = try client.post("/v1/topics/t/records", body, type: "text/plain")
          return answer.json["partitions"][0]["base_offset"].int ?? -1
        }
      }
    }
    let bases = try producers.map { try $0.join() }
    #expect(bases.allSatisfy { $0 == $0.sorted() })
    #expect(bases.flatMap { $0 }.sorted() == Array(stride(from: 0, to: 800, by: 2)))
    let client = server.client()
    let records = try client.get("/v1/topics/t/partitions/0/records").json["records"].array
    #expect(records.map { $0["offset"].int } == Array(0..<800))
    for (producer, own) in bases.enumerated() {
      for (index, base) in own.enumerated() {
        let pair = records[base...base + 1].map { $0["value"].string }
        #expect(pair == ["\(producer)-\(index)-a", "\(producer)-\(index)-b"])
      }
    }
  }

  @Test func aReaderThatFollowsMissesNothing() throws {
    let server = try TestServer()
    #expect(try server.client().put("/v1/topics/t").status == 201)
    let port = server.port
    let readers = (0..<4).map { _ in
      Background {
        let client = HTTPClient(port: port)
        var values: [String?] = []
        var next = 0
        while next < 300 {
          let path = "/v1/topics/t/partitions/0/records?offset=\(next)&wait=10s"
          let answer = try client.get(path)
          guard answer.status == 200, answer.bodyBytes > 0 else { break }
          values += answer.json["records"].array.map { $0["value"].string }
          next = answer.json["next_offset"].int ?? 300
        }
        return values
      }
    }
    let client = server.client()
    for index in 0..<300 {
      #expect(
        try client.post("/v1/topics/t/records", "v\(index)", type: "text/plain").status == 200)
    }
    for reader in readers { #expect(try reader.join() == (0..<300).map { "v\($0)" }) }
  }
}
