import Platform

/// Brings file bytes into the page cache by reading them, on a thread that may wait for the disk.
enum PageWarmer {
  /// Gives the file, which is opened if need be; `nil` if that cannot be.
  static func bringIn(
    _ stored: StoredFile, _ extent: Range<Int>, using buffers: BufferPool
  ) -> (any File)? {
    guard let file = try? stored.open() else { return nil }
    let buffer = buffers.take()
    defer { buffers.give(buffer) }
    var position = extent.lowerBound
    while position < extent.upperBound {
      buffer.removeAll()
      let count = min(buffer.capacity, extent.upperBound - position)
      let got = try? buffer.appendUninitialized(atMost: count) { memory throws(SystemError) in
        try file.read(into: memory, at: position)
      }
      // What cannot be read shows its error when it is sent.
      guard let got, got > 0 else { return file }
      position += got
    }
    return file
  }
}
