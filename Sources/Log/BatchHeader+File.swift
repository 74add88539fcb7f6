import Platform

extension BatchHeader {
  /// The header that stands at a position of a log file; `nil` if none does. Reads from the disk.
  init?(_ file: any File, at position: Int) throws(SystemError) {
    let buffer = ByteBuffer(capacity: BatchHeader.bytes)
    _ = try buffer.appendUninitialized(atMost: BatchHeader.bytes) { memory throws(SystemError) in
      try file.read(into: memory, at: position)
    }
    self.init(buffer.bytes)
  }
}
