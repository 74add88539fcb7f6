import Platform

/// Finds a record by time inside one segment: the time index leads near, batch headers nearer, one
/// decoded batch to the record.
struct TimeSearch {
  let segment: LogSegment
  let committed: Offset

  /// The first visible offset not older than `timestamp`; `nil` if the segment has none.
  func offset(atOrAfter timestamp: Int64) throws(LogError) -> Offset? {
    let view = segment.batches.view()
    let near = segment.indexes.times.lowerBound(timestamp)
    let after = view.prefixCount { BatchEntry($0).relativeOffset <= near }
    for index in max(0, after - 1)..<max(view.count, after) {
      let entry = BatchEntry(view[index])
      if segment.baseOffset + Int(entry.relativeOffset) >= committed { return nil }
      if entry.tag == BatchEntry.damaged { continue }
      let header = try header(of: entry)
      guard header.maxTimestamp >= timestamp else { continue }
      if let offset = try search(entry, header, timestamp) { return offset }
    }
    return nil
  }

  private func header(of entry: BatchEntry) throws(LogError) -> BatchHeader {
    let bytes = try load(entry, count: BatchHeader.bytes)
    guard let header = BatchHeader(bytes.bytes) else { throw damaged(entry) }
    return header
  }

  private func search(
    _ entry: BatchEntry, _ header: BatchHeader, _ timestamp: Int64
  ) throws(LogError) -> Offset? {
    let batch = try load(entry, count: Int(entry.size))
    do {
      var reader = try RecordReader(batch.bytes, header: header)
      while let record = try reader.next() {
        if record.timestamp >= timestamp { return record.offset }
      }
      return nil
    } catch {
      throw damaged(entry)
    }
  }

  private func load(_ entry: BatchEntry, count: Int) throws(LogError) -> ByteBuffer {
    let buffer = ByteBuffer(capacity: count)
    let got: Int
    do {
      got = try buffer.appendUninitialized(atMost: count) { memory throws(SystemError) in
        try segment.log.file.read(into: memory, at: Int(entry.position))
      }
    } catch {
      throw LogError(reading: error)
    }
    guard got == count else { throw damaged(entry) }
    return buffer
  }

  private func damaged(_ entry: BatchEntry) -> LogError {
    .corrupted(
      file: segment.log.file.path, position: Int(entry.position),
      reason: "this is not a sound record batch")
  }
}
