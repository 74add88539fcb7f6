import HTTP
import HTTPServer
import Log
import Platform

/// `/v1/topics/{topic}/partitions/{partition}/segments/{base}`: a segment's file as it lies on
/// disk.
enum SegmentResource {
  @Sendable static func get(_ call: Call) throws(Problem) {
    let number = try call.partitionNumber()
    let query = try call.query(known: ["copy"])
    let copy = try FetchParameters.copyStrategy(query)
    let topic = try call.topic()
    guard let base = Int64(try call.pathSegment(6)), base >= 0 else {
      throw Problem.invalidParameter("base", "It must be a whole number of at least 0.")
    }
    let found: (region: FileRegion, description: SegmentDescription)?
    do {
      found = try topic.partition(number).segmentRegion(baseOffset: Offset(base))
    } catch {
      throw Problem(any: error)
    }
    guard let (region, description) = found else {
      throw Problem(.notFound, "segment_not_found", "No segment begins at offset \(base).")
    }
    let tag = "\(base)-\(description.bytes)-\(description.maxTimestamp ?? 0)"
    let answer = FileAnswer(
      region: region, etag: EntityTag(tag), contentType: "application/vnd.kafka.recordbatch.v2",
      isImmutable: description.sealed, copy: copy)
    try answer.send(call)
  }
}
