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
    let received = try again.post("/v1/groups/g/receive", #"{"topics":["t"]}"#)
    #expect(received.status == 500)
    #expect(received.code == "log_corrupted")
    #expect(try again.post("/v1/topics/t/records", "more", type: "text/plain").status == 200)
    #expect(try again.get("\(path)?offset=2").json["records"].array.count == 2)
  }
}
