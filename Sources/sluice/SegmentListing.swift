import JSON
import Log
import Platform

/// The batches of one segment file.
struct SegmentListing {
  private let path: String

  init(_ path: String) { self.path = path }

  /// A line a batch.
  func print() throws {
    // What cannot be read at all has no table.
    var head: String? = "position\tbase_offset\trecords\tbytes\tmax_timestamp\tcrc\ttag"
    func printHead() {
      if let head { Swift.print(head) }
      head = nil
    }
    let damage = try forEachBatch { batch in
      printHead()
      Swift.print(
        batch.position, batch.header.baseOffset, batch.header.recordCount, batch.header.size,
        batch.header.maxTimestamp, SegmentListing.checksum(batch), batch.tag ?? "-",
        separator: "\t")
    }
    printHead()
    if let damage { Swift.print("unsound at position \(damage.position): \(damage.reason)") }
  }

  /// One document.
  func printJSON() throws {
    let output = JSONOutput()
    output.json.beginObject()
    output.json.key("segment")
    output.json.string(path)
    output.json.key("batches")
    output.json.beginArray()
    let damage = try forEachBatch { batch in
      SegmentListing.write(batch, to: &output.json)
      output.flushWhenLarge()
    }
    output.json.endArray()
    JSONOutput.write(damage: damage, to: &output.json)
    output.json.endObject()
    output.end()
  }

  private func forEachBatch(
    _ body: (SegmentSurvey.Batch) -> Void
  ) throws -> (position: Int, reason: String)? {
    var bar = ProgressBar("inspect", totalBytes: try DiskFile(path, .read).size())
    defer { bar.end() }
    return try SegmentSurvey(path).forEachBatch { batch in
      bar.clear()
      body(batch)
      bar.advance(to: batch.position)
    }.damage
  }

  private static func checksum(_ batch: SegmentSurvey.Batch) -> String {
    let digits = String(batch.header.checksum, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  private static func write(_ batch: SegmentSurvey.Batch, to json: inout JSONWriter) {
    json.beginObject()
    json.key("position")
    json.number(batch.position)
    json.key("base_offset")
    json.number(batch.header.baseOffset.value)
    json.key("records")
    json.number(Int(batch.header.recordCount))
    json.key("bytes")
    json.number(batch.header.size)
    json.key("max_timestamp")
    json.number(batch.header.maxTimestamp)
    json.key("crc")
    json.string(checksum(batch))
    json.key("tag")
    if let tag = batch.tag { json.string(tag) } else { json.null() }
    json.endObject()
  }
}
