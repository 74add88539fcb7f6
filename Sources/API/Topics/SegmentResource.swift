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
    let log: any RecordLog
    do {
      log = try topic.partition(number)
    } catch {
      throw Problem(error)
    }
    call.exchange.offload { () -> Result<SegmentFile?, LogError> in
      do throws(LogError) {
        return .success(try log.segmentRegion(baseOffset: Offset(base)))
      } catch {
        return .failure(error)
      }
    } then: { found in
      do throws(Problem) {
        switch found {
        case .success(let file?): try answer(file, copy, call)
        case .success(nil):
          throw Problem(.notFound, "segment_not_found", "No segment begins at offset \(base).")
        case .failure(let error): throw Problem(error)
        }
      } catch {
        call.fail(error)
      }
    }
  }

  private static func answer(
    _ file: SegmentFile, _ copy: CopyStrategy?, _ call: Call
  ) throws(Problem) {
    let tag = "\(file.description.bytes)-" + String(file.fingerprint, radix: 16)
    try FileAnswer(
      region: file.region, etag: EntityTag(tag),
      contentType: "application/vnd.kafka.recordbatch.v2",
      isImmutable: file.description.sealed, copy: copy
    ).send(call)
  }
}
