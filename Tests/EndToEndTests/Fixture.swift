import Support

/// A server with something of everything in it.
///
/// | topic | what is there |
/// | --- | --- |
/// | `plain` | three records: an object with key, tag and header; text; bytes |
/// | `small` | segments of 1 KiB, several of them sealed |
/// | `cut` | truncated: begins at 3 |
/// | `tight` | takes records of 100 bytes |
/// | `queue` | eight messages for groups |
struct Fixture {
  static let plain = "/v1/topics/plain/partitions/0"
  static let small = "/v1/topics/small/partitions/0"
  static let cut = "/v1/topics/cut/partitions/0"

  let server: TestServer
  let client: HTTPClient

  init(_ arguments: [String] = []) throws {
    server = try TestServer(arguments)
    client = server.client()
    let records = """
      {"records":[
        {"key":"k","value":{"n":1},"tag":"red","headers":{"h":"x"},"timestamp":1700000000000},
        {"value":"text","timestamp":1700000001000},
        {"value_base64":"/wD/","timestamp":1700000002000}]}
      """
    try expect(200, client.post("/v1/topics/plain/records", records))
    try expect(201, client.put("/v1/topics/small", #"{"config":{"segment_bytes":1024}}"#))
    for index in 0..<8 {
      let value = String(repeating: "\(index)", count: 400)
      try expect(200, client.post("/v1/topics/small/records", value, type: "text/plain"))
    }
    try expect(200, client.post("/v1/topics/cut/records", "a\nb\nc\n", type: "text/plain"))
    try expect(200, client.post("\(Fixture.cut)/truncate", #"{"before_offset":3}"#))
    try expect(200, client.post("/v1/topics/cut/records", "d\n", type: "text/plain"))
    try expect(201, client.put("/v1/topics/tight", #"{"config":{"max_record_bytes":100}}"#))
    let messages = (0..<8).map { "message \($0)\n" }.joined()
    try expect(200, client.post("/v1/topics/queue/records", messages, type: "text/plain"))
  }

  /// Everything that is stored, in one number: it does not change when nothing is stored.
  func recordCount() throws -> Int {
    try client.get("/v1/topics").json["topics"].array.reduce(0) { $0 + ($1["records"].int ?? 0) }
  }

  private func expect(_ status: Int, _ answer: HTTPResponse) throws {
    guard answer.status == status else {
      throw TransferFailure(number: answer.status, message: answer.text)
    }
  }
}
