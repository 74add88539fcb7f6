import JSON
import Log
import Platform

/// The topics, partitions and segments of a data directory, with their offsets and sizes.
struct DirectoryListing {
  private struct Row {
    let partition: String
    let segment: String
    var next: Offset?
    var batches = 0
    var records = 0
    var bytes = 0
    var damage: (position: Int, reason: String)?
  }

  private let path: String
  private let files = DiskFileSystem()

  init(_ path: String) { self.path = path }

  /// A line a segment.
  func print() throws {
    let segments = try segments()
    Swift.print("partition\tsegment\tnext_offset\tbatches\trecords\tbytes\tstate")
    try forEachRow(of: segments) { row in
      let state = row.damage.map { "unsound at \($0.position): \($0.reason)" } ?? "sound"
      Swift.print(
        row.partition, row.segment, row.next.map(\.description) ?? "-", row.batches, row.records,
        row.bytes, state, separator: "\t")
    }
  }

  /// One document.
  func printJSON() throws {
    let output = JSONOutput()
    output.json.beginObject()
    output.json.key("data")
    output.json.string(path)
    output.json.key("segments")
    output.json.beginArray()
    try forEachRow(of: segments()) { row in
      self.write(row, to: &output.json)
      output.flushWhenLarge()
    }
    output.json.endArray()
    output.json.endObject()
    output.end()
  }

  private func forEachRow(of segments: [Segment], _ body: (Row) -> Void) throws {
    let total = try segments.reduce(0) { try $0 + DiskFile($1.file, .read).size() }
    var bar = ProgressBar("inspect", totalBytes: total)
    defer { bar.end() }
    var done = 0
    for (partition, stem, file) in segments {
      var row = Row(partition: partition, segment: stem)
      let end = try SegmentSurvey(file).forEachBatch { batch in
        row.batches += 1
        row.records += Int(batch.header.recordCount)
        row.next = batch.header.nextOffset
        bar.advance(to: done + batch.position)
      }
      row.bytes = end.bytes
      row.damage = end.damage
      done += end.bytes
      bar.clear()
      body(row)
    }
  }

  private typealias Segment = (partition: String, stem: String, file: String)

  private func segments() throws -> [Segment] {
    var found: [(String, String, String)] = []
    for name in try files.list(path + "/topics") {
      let directory = "\(path)/topics/\(name)"
      for file in try files.list(directory) where file.hasSuffix(".log") {
        found.append((name, String(file.dropLast(4)), "\(directory)/\(file)"))
      }
    }
    return found
  }

  private func write(_ row: Row, to json: inout JSONWriter) {
    json.beginObject()
    json.key("partition")
    json.string(row.partition)
    json.key("segment")
    json.string(row.segment)
    json.key("next_offset")
    if let next = row.next { json.number(next.value) } else { json.null() }
    json.key("batches")
    json.number(row.batches)
    json.key("records")
    json.number(row.records)
    json.key("bytes")
    json.number(row.bytes)
    JSONOutput.write(damage: row.damage, to: &json)
    json.endObject()
  }
}
