import Platform

/// Finds a record by time inside one segment: the time index leads near, batch headers nearer, one
/// decoded batch to the record.
struct TimeSearch {
  let segment: LogSegment
  let committed: Offset

  /// The first visible offset not older than `timestamp`; `nil` if the segment has none.
  func offset(atOrAfter timestamp: Int64) throws(LogError) -> Offset? {
    let view = try segment.viewBatches()
    defer { view.end() }
    let near: UInt32
    let file: any File
    do {
      near = try segment.indexes.times.lowerBound(timestamp)
      file = try segment.log.open()
    } catch {
      throw LogError(reading: error)
    }
    let after = view.prefixCount { BatchEntry($0).relativeOffset <= near }
    for index in max(0, after - 1)..<max(view.count, after) {
      let entry = BatchEntry(view[index])
      if segment.baseOffset + Int(entry.relativeOffset) >= committed { return nil }
      if segment.damage(in: view, index..<(index + 1)) != nil { continue }
      let header = try header(of: entry, file)
      guard header.maxTimestamp >= timestamp else { continue }
      if let offset = try search(entry, header, timestamp, file) { return offset }
    }
    return nil
  }

  private func header(of entry: BatchEntry, _ file: any File) throws(LogError) -> BatchHeader {
    let bytes = try load(entry, count: BatchHeader.bytes, file)
    guard let header = BatchHeader(bytes.bytes), header.size == Int(entry.size),
      header.baseOffset == segment.baseOffset + Int(entry.relativeOffset)
    else { throw damaged(entry) }
    return header
  }

  private func search(
    _ entry: BatchEntry, _ header: BatchHeader, _ timestamp: Int64, _ file: any File
  ) throws(LogError) -> Offset? {
    let batch = try load(entry, count: Int(entry.size), file)
    guard BatchHeader.checksumHolds(batch.bytes) else { throw damaged(entry) }
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

  private func load(
    _ entry: BatchEntry, count: Int, _ file: any File
  ) throws(LogError) -> ByteBuffer {
    let buffer = ByteBuffer(capacity: count)
    let got: Int
    do {
      got = try buffer.appendUninitialized(atMost: count) { memory throws(SystemError) in
        try file.read(into: memory, at: Int(entry.position))
      }
    } catch {
      throw LogError(reading: error)
    }
    guard got == count else { throw damaged(entry) }
    return buffer
  }

  private func damaged(_ entry: BatchEntry) -> LogError {
    .corrupted(
      file: segment.log.path, position: Int(entry.position),
      reason: "this is not a sound record batch")
  }
}
