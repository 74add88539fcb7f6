import Broker
import HTTP
import HTTPServer
import JSON
import Log
import Platform

/// `/v1/topics/{topic}/partitions/{partition}/records/{offset}`: one record, and its bare value.
enum RecordResource {
  /// A record found, as what may travel between threads.
  private struct Found: Sendable {
    let json: ByteBuffer
    let value: FileRegion?
    let checksum: UInt32
  }

  @Sendable static func record(_ call: Call) throws(Problem) {
    let query = try call.query(known: ["values"])
    let form = try FetchParameters.valueForm(query)
    try find(call, form) { found in
      var head = ResponseHead(.ok)
      head.add("Content-Type", "application/json")
      call.respond(head, body: found.json)
    }
  }

  @Sendable static func value(_ call: Call) throws(Problem) {
    let copy = try FetchParameters.copyStrategy(try call.query(known: ["copy"]))
    let offset = try call.pathSegment(6)
    try find(call, .auto) { found in
      guard let region = found.value else { return call.respond(ResponseHead(.noContent)) }
      let tag = "\(offset)-" + String(found.checksum, radix: 16)
      do throws(Problem) {
        try FileAnswer(
          region: region, etag: EntityTag(tag), contentType: "application/octet-stream",
          isImmutable: true, copy: copy
        ).send(call)
      } catch {
        call.fail(error)
      }
    }
  }

  /// Reads the record's batch on a thread that may wait, and goes on on the loop.
  private static func find(
    _ call: Call, _ form: ValueForm, _ completion: @escaping (Found) -> Void
  ) throws(Problem) {
    let text = try call.pathSegment(6)
    guard let number = Int64(text), number >= 0 else {
      throw Problem.invalidParameter("offset", "It must be a whole number of at least 0.")
    }
    let partition = try call.partitionNumber()
    let topic = try call.topic()
    let log: any RecordLog
    do {
      log = try topic.partition(partition)
    } catch {
      throw Problem(error)
    }
    call.exchange.offload { () -> Result<Found, Problem> in
      do {
        return .success(try find(Offset(number), in: log, form))
      } catch {
        return .failure(Problem(any: error))
      }
    } then: { outcome in
      switch outcome {
      case .success(let found): completion(found)
      case .failure(let problem): call.fail(problem)
      }
    }
  }

  private static func find(
    _ offset: Offset, in log: any RecordLog, _ form: ValueForm
  ) throws -> Found {
    let end = log.offsets.highWatermark
    guard offset < end else { throw missing(offset, end) }
    let slice = try log.read(ReadRequest(offset: offset, maxBytes: 1))
    // The batch's bytes are the reader's: it has to live as long as they are looked at.
    let reader = SliceReader(slice)
    return try withExtendedLifetime(reader) {
      guard let region = slice.regions.first, let (header, bytes) = try reader.nextWaiting(),
        let found = try find(offset, in: bytes, header, region, form)
      else { throw missing(offset, end) }
      return found
    }
  }

  private static func missing(_ offset: Offset, _ end: Offset) -> Problem {
    Problem(.notFound, "record_not_found", "There is no record at offset \(offset).")
      .with("high_watermark", end.value)
  }

  /// The record of that offset in a batch that lies at the beginning of a region.
  private static func find(
    _ offset: Offset, in bytes: UnsafeRawBufferPointer, _ header: BatchHeader,
    _ region: FileRegion, _ form: ValueForm
  ) throws -> Found? {
    var batch = try RecordReader(bytes, header: header)
    while let record = try batch.next() {
      guard record.offset == offset else { continue }
      let buffer = ByteBuffer(capacity: (record.value?.count ?? 0) + 256)
      var json = JSONWriter(into: buffer)
      RecordJSON(form, onOneLine: false, parser: JSONParser()).write(record, to: &json)
      json.endLine()
      let value = record.value.map { value in
        FileRegion(
          file: region.file, position: region.position + record.valuePosition, count: value.count)
      }
      return Found(json: buffer, value: value, checksum: header.checksum)
    }
    return nil
  }
}
