extension FramedBatches {
  /// All batches as bytes, to be kept and framed again later.
  public var content: [UInt8] { buffer.array }

  /// Frames again what `content` gave, checksums checked: each call gives batches of their own,
  /// which may be appended.
  public static func restored(from content: [UInt8]) throws(LogError) -> FramedBatches {
    try content.withUnsafeBufferPointer { bytes throws(LogError) in
      try restored(UnsafeRawBufferPointer(bytes))
    }
  }

  private static func restored(_ content: UnsafeRawBufferPointer) throws(LogError) -> FramedBatches
  {
    let builder = BatchBuilder()
    var rest = content
    while !rest.isEmpty {
      guard let header = BatchHeader(rest), header.size <= rest.count else {
        throw .unreadable(reason: "kept batches are cut short")
      }
      let batch = UnsafeRawBufferPointer(rebasing: rest[..<header.size])
      guard BatchHeader.checksumHolds(batch) else {
        throw .unreadable(reason: "the checksum of a kept batch does not hold")
      }
      let tag: Tag?
      do throws(RecordReader.Failure) {
        var records = try RecordReader(batch, header: header)
        tag = try records.next()?.tag.flatMap { Tag($0) }
      } catch {
        throw .unreadable(reason: "the records of a kept batch are \(error)")
      }
      builder.append(checked: batch, header: header, tag: tag, isLast: rest.count == header.size)
      rest = UnsafeRawBufferPointer(rebasing: rest[header.size...])
    }
    return builder.finish()
  }
}
