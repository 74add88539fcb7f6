import Platform

/// Brings file bytes into the page cache by reading them, on a thread that may wait for the disk.
enum PageWarmer {
  /// Gives the file, which is opened if need be; `nil` if that cannot be.
  static func bringIn(
    _ stored: StoredFile, from position: Int, count: Int, using buffers: BufferPool
  ) -> (any File)? {
    guard let file = try? stored.open() else { return nil }
    let buffer = buffers.take()
    defer { buffers.give(buffer) }
    var done = 0
    while done < count {
      buffer.removeAll()
      let got = try? buffer.appendUninitialized(atMost: min(buffer.capacity, count - done)) {
        memory throws(SystemError) in try file.read(into: memory, at: position + done)
      }
      // What cannot be read shows its error when it is sent.
      guard let got, got > 0 else { return file }
      done += got
    }
    return file
  }
}
