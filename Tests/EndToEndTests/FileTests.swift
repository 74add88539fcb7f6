import Foundation
import Support
import Testing

/// Segment files and bare values: ranges, entity tags, what never changes.
@Suite struct FileTests {
  let fixture: Fixture
  var client: HTTPClient { fixture.client }

  init() throws { fixture = try Fixture() }

  @Test func aSegmentIsTheFileOnTheDisk() throws {
    let listed = try client.get(Fixture.small).json["segments"].array
    #expect(listed.count >= 3)
    #expect(listed.dropLast().allSatisfy { $0["sealed"].bool == true })
    #expect(listed.last?["sealed"].bool == false)
    for segment in listed {
      let base = try #require(segment["base_offset"].int)
      let answer = try client.get("\(Fixture.small)/segments/\(base)")
      let stem = String(repeating: "0", count: 20 - "\(base)".count) + "\(base)"
      let file = "\(fixture.server.dataDirectory)/topics/small-0/\(stem).log"
      let data = try Data(contentsOf: URL(fileURLWithPath: file))
      #expect(answer.body == Array(data))
      #expect(answer.bodyBytes == segment["bytes"].int)
      #expect(answer.mediaType == ConsumeTests.raw)
      #expect(answer["Cache-Control"]?.contains("immutable") == (segment["sealed"].bool == true))
      #expect(answer["ETag"]?.hasPrefix("\"") == true)
      #expect(try KafkaBatch.all(in: answer.body).first?.baseOffset == Int64(base))
    }
  }

  @Test func anOpenSegmentsTagChangesWithIt() throws {
    let path = "\(Fixture.plain)/segments/0"
    let before = try #require(client.get(path)["ETag"])
    #expect(try client.post("/v1/topics/plain/records", "x", type: "text/plain").status == 200)
    let after = try client.get(path, ["If-None-Match": before])
    #expect(after.status == 200)
    #expect(after["ETag"] != before)
  }

  @Test func aRangeIsForGetAlone() throws {
    let path = "\(Fixture.small)/segments/0"
    let whole = try client.get(path)
    for range in ["bytes=0-9", "bytes=\(whole.bodyBytes)-"] {
      let head = try client.send(HTTPRequest("HEAD", path, ["Range": range]))
      #expect(head.status == 200, "\(range)")
      #expect(head["Content-Length"] == whole["Content-Length"])
      #expect(head["Content-Range"] == nil)
    }
  }

  @Test(arguments: ["\(Fixture.small)/segments/0", "\(Fixture.small)/records/0/value"])
  func rangesAreExact(_ path: String) throws {
    let whole = try client.get(path)
    let size = whole.bodyBytes
    #expect(size > 100)
    #expect(whole["Accept-Ranges"] == "bytes")
    let table: [(String, Range<Int>)] = [
      ("bytes=0-0", 0..<1), ("bytes=10-19", 10..<20), ("bytes=50-", 50..<size),
      ("bytes=-7", size - 7..<size), ("bytes=-99999", 0..<size), ("bytes=5-99999", 5..<size),
    ]
    for (range, expected) in table {
      for copy in ["read", "mmap", "sendfile"] {
        let part = try client.get("\(path)?copy=\(copy)", ["Range": range])
        #expect(part.status == 206, "\(range)")
        #expect(part.body == Array(whole.body[expected]), "\(range) \(copy)")
        let last = expected.upperBound - 1
        #expect(part["Content-Range"] == "bytes \(expected.lowerBound)-\(last)/\(size)")
        #expect(part["ETag"] == whole["ETag"])
        #expect(part["Sluice-Copy-Strategy"] == copy)
      }
    }
    for ignored in ["bytes=0-1,3-4", "lines=1-2", "bytes=9-1", "bytes=x"] {
      let answer = try client.get(path, ["Range": ignored])
      #expect(answer.status == 200, "\(ignored)")
      #expect(answer.body == whole.body)
    }
    let past = try client.get(path, ["Range": "bytes=\(size)-"])
    #expect(past.status == 416)
    #expect(past["Content-Range"] == "bytes */\(size)")
  }

  @Test(arguments: ["\(Fixture.small)/segments/0", "\(Fixture.plain)/records/1/value"])
  func conditionsHold(_ path: String) throws {
    let whole = try client.get(path)
    let tag = try #require(whole["ETag"])
    #expect(whole["Cache-Control"]?.contains("immutable") == true)
    for list in [tag, "\"other\", \(tag)", "W/\(tag)", "*"] {
      let answer = try client.get(path, ["If-None-Match": list])
      #expect(answer.status == 304, "\(list)")
      #expect(answer.bodyBytes == 0)
      #expect(answer["ETag"] == tag)
    }
    #expect(try client.get(path, ["If-None-Match": "\"other\""]).status == 200)
    for list in [tag, "\"other\", \(tag)", "*"] {
      #expect(try client.get(path, ["If-Match": list]).status == 200, "\(list)")
    }
    for list in ["\"other\"", "W/\(tag)", "no tag"] {
      let answer = try client.get(path, ["If-Match": list])
      #expect(answer.status == 412, "\(list)")
      #expect(answer.code == "precondition_failed")
      #expect(answer.json["etag"].string == tag)
    }
    let part = try client.get(path, ["Range": "bytes=0-1", "If-Range": tag])
    #expect(part.status == 206)
    let other = try client.get(path, ["Range": "bytes=0-1", "If-Range": "\"other\""])
    #expect(other.status == 200)
    #expect(other.body == whole.body)
    let head = try client.send(HTTPRequest("HEAD", path))
    #expect(head.status == 200)
    #expect(head.number("Content-Length") == whole.bodyBytes)
    #expect(head.bodyBytes == 0)
  }

  @Test func valuesAreBare() throws {
    #expect(try client.get("\(Fixture.plain)/records/0/value").text == #"{"n":1}"#)
    #expect(try client.get("\(Fixture.plain)/records/1/value").text == "text")
    #expect(try client.get("\(Fixture.plain)/records/2/value").body == [0xFF, 0, 0xFF])
  }

  @Test func anotherFileOfTheSameNameAndSizeHasAnotherTag() throws {
    let segment = "/v1/topics/again/partitions/0/segments/0"
    var tags: Set<String> = []
    var bodies: Set<[UInt8]> = []
    for value in ["AAAA", "BBBB", "CCCC"] {
      for part in ["first", value, "last"] {
        let answer = try client.post(
          "/v1/topics/again/records", #"{"value":"\#(part)","timestamp":1700000000000}"#)
        #expect(answer.status == 200)
      }
      let answer = try client.get(segment)
      tags.insert(try #require(answer["ETag"]))
      bodies.insert(answer.body)
      #expect(try client.get(segment)["ETag"] == answer["ETag"])
      #expect(try client.delete("/v1/topics/again").status == 204)
    }
    #expect(bodies.count == 3)
    #expect(tags.count == 3)
  }
}
