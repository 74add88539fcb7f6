import Platform

/// Reads the heads of batches whose positions are known, without the records between them; the
/// heads of small neighbours come with one read. Waits for the disk.
struct HeadWindow {
  private static let bytes = 4096
  private let file: any File
  private let window = ByteBuffer(capacity: HeadWindow.bytes)
  private var position = 0

  init(_ file: any File) { self.file = file }

  /// The head at a position; `nil` if none stands there.
  mutating func head(at wanted: Int) throws(SystemError) -> BatchHeader? {
    if wanted < position || wanted + BatchHeader.bytes > position + window.count {
      window.removeAll()
      position = wanted
      let file = file
      _ = try window.appendUninitialized(atMost: HeadWindow.bytes) {
        memory throws(SystemError) in
        try file.read(into: memory, at: wanted)
      }
    }
    let rest = window.bytes[(wanted - position)...]
    return BatchHeader(UnsafeRawBufferPointer(rebasing: rest))
  }
}
