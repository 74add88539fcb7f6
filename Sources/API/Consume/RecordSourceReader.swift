import Log

/// A slice reader on its way to the thread that waits for the disk in its place; its loop leaves it
/// alone meanwhile.
struct RecordSourceReader: @unchecked Sendable {
  private let reader: SliceReader

  init(_ reader: SliceReader) { self.reader = reader }

  func bringIn() -> Bool { (try? reader.bringIn()) != nil }
}
