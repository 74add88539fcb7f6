import Platform

/// Reads a segment file from its beginning, every checksum included, without its indexes: for
/// tools.
public struct SegmentSurvey {
  /// One sound batch.
  public struct Batch {
    /// Where it begins in the file.
    public let position: Int
    /// Its header.
    public let header: BatchHeader
    /// Its tag as text; what is not UTF-8 shows as replacement characters.
    public let tag: String?
  }

  /// Where the survey ended.
  public struct End {
    /// The bytes of sound batches.
    public let bytes: Int
    /// The first place that is not sound; behind it nothing was read.
    public let damage: (position: Int, reason: String)?
  }

  private let file: any File

  /// Opens a segment file for reading.
  public init(_ path: String) throws(SystemError) { file = try DiskFile(path, .read) }

  /// Hands over each batch; ends at the end of the file or at the first place that is not sound.
  public func forEachBatch(_ body: (Batch) -> Void) throws(SystemError) -> End {
    var scanner = SegmentScanner(file, from: 0, fileBytes: try file.size())
    while true {
      switch try scanner.look() {
      case .end: return End(bytes: scanner.position, damage: nil)
      case .unsound(let reason):
        return End(bytes: scanner.position, damage: (scanner.position, reason))
      case .batch(let header, let bytes):
        body(Batch(position: scanner.position, header: header, tag: tag(header, bytes)))
        scanner.advance(header.size)
      }
    }
  }

  private func tag(_ header: BatchHeader, _ bytes: UnsafeRawBufferPointer) -> String? {
    guard var reader = try? RecordReader(bytes, header: header),
      let record = try? reader.next(), let tag = record.tag
    else { return nil }
    return String(decoding: tag, as: UTF8.self)
  }
}
