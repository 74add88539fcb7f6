import Platform

/// Goes through a segment file batch by batch, checking every checksum: for recovery, where indexes
/// cannot be believed. Reads from the disk.
struct SegmentScanner {
  /// What stands at a position.
  enum Finding {
    /// A sound batch; the bytes are valid until the scanner moves on.
    case batch(BatchHeader, UnsafeRawBufferPointer)
    /// Something else, and why.
    case unsound(reason: String)
    /// The end of the file.
    case end
  }

  private static let windowBytes = 4 << 20
  private let file: any File
  private let fileBytes: Int
  private let window = ByteBuffer(capacity: SegmentScanner.windowBytes)
  private(set) var position: Int

  init(_ file: any File, from position: Int, fileBytes: Int) {
    self.file = file
    self.position = position
    self.fileBytes = fileBytes
  }

  /// Looks at what stands at the position, without moving.
  func look() throws(SystemError) -> Finding {
    guard position < fileBytes else { return .end }
    try fill(BatchHeader.bytes)
    guard let header = BatchHeader(window.bytes) else {
      return .unsound(reason: "no batch header")
    }
    guard header.size <= fileBytes - position else {
      return .unsound(reason: "the file ends inside a batch")
    }
    try fill(header.size)
    guard window.count >= header.size else { return .unsound(reason: "the file has shrunk") }
    let batch = UnsafeRawBufferPointer(rebasing: window.bytes[..<header.size])
    guard BatchHeader.checksumHolds(batch) else {
      return .unsound(reason: "the checksum does not hold")
    }
    return .batch(header, batch)
  }

  /// Moves on by so many bytes.
  mutating func advance(_ count: Int) {
    position += count
    window.consume(min(count, window.count))
  }

  /// Moves to the next sound batch that `fits`, which is told how many bytes were skipped; to the
  /// end if there is none.
  mutating func skip(
    to fits: (BatchHeader, _ skipped: Int) -> Bool
  ) throws(SystemError) {
    let start = position
    advance(1)
    while position + BatchHeader.bytes <= fileBytes {
      try fill(BatchHeader.bytes)
      if let header = BatchHeader(window.bytes), fits(header, position - start),
        case .batch = try look()
      {
        return
      }
      advance(1)
    }
    position = fileBytes
    window.removeAll()
  }

  private func fill(_ wanted: Int) throws(SystemError) {
    guard window.count < wanted else { return }
    let from = position + window.count
    let count = min(max(wanted - window.count, SegmentScanner.windowBytes), fileBytes - from)
    guard count > 0 else { return }
    _ = try window.appendUninitialized(atMost: count) { memory throws(SystemError) in
      try file.read(into: memory, at: from)
    }
  }
}
