import Foundation
import Support
import Testing

/// A commit that meets a full disk is decided all the same, and stored when there is room.
@Suite(.enabled(if: SmallDisk.isPossible, "only root can make a small disk"))
struct TransactionFullDiskTests {
  private static let records = "/v1/topics/t/records?partition=0"

  /// A server whose disk has room for the decision, and none for a transaction's records.
  private func filled() throws -> (server: TestServer, path: String, stored: Int) {
    let server = try TestServer(diskBytes: 24 << 20)
    let client = server.client()
    #expect(
      try client.put("/v1/topics/t", #"{"config":{"segment_bytes":2097152}}"#).status == 201)
    #expect(try client.put("/v1/topics/out").status == 201)
    let value = String(repeating: "v", count: 1_000_000)
    let body = #"{"producer_group":"g","records":[{"topic":"out","value":"\#(value)"}]}"#
    let prepared = try client.post("/v1/transactions", body)
    #expect(prepared.status == 201)
    let path = "/v1/transactions/\(prepared.json["id"].string ?? "")"
    for stored in 0..<100 {
      let answer = try client.post(Self.records, value, type: "application/octet-stream")
      if answer.status == 507 { return (server, path, stored) }
    }
    throw TransferFailure(number: 0, message: "the disk is never full")
  }

  private func expectStored(_ client: HTTPClient, _ path: String, _ stored: Int) throws {
    let cut = try client.post(
      "/v1/topics/t/partitions/0/truncate", #"{"before_offset":\#(stored)}"#)
    #expect(cut.status == 200, "\(cut.text)")
    let again = try client.post("\(path)/commit", "")
    #expect(again.status == 200, "\(again.text)")
    #expect(again.json["state"].string == "committed")
    #expect(again.json["partitions"][0]["base_offset"].int == 0)
    #expect(try client.get("/v1/topics/out/partitions/0").json["high_watermark"].int == 1)
    #expect(try client.get("/v1/status").json["transactions"]["committing"].int == 0)
  }

  @Test func itAnswers507AndIsStoredWhenThereIsRoom() throws {
    let (server, path, stored) = try filled()
    let client = server.client()
    let answer = try client.post("\(path)/commit", "")
    #expect(answer.status == 507, "\(answer.text)")
    #expect(answer.code == "storage_full")
    #expect(answer["Retry-After"] != nil)
    #expect(try client.get(path).json["state"].string == "committing")
    #expect(try client.get("/v1/status").json["transactions"]["committing"].int == 1)
    #expect(try client.post("\(path)/rollback", "").code == "transaction_committed")
    #expect(try client.get("/v1/topics/out/partitions/0").json["high_watermark"].int == 0)
    try expectStored(client, path, stored)
  }

  @Test func aKillInBetweenChangesNothing() throws {
    let (server, path, stored) = try filled()
    #expect(try server.client().post("\(path)/commit", "").status == 507)
    try server.kill()
    try server.restart()
    #expect(try server.client().get(path).json["state"].string == "committing")
    try expectStored(server.client(), path, stored)
    try server.kill()
    try server.restart()
    #expect(
      try server.client().get("/v1/topics/out/partitions/0").json["high_watermark"].int == 1)
  }
}
