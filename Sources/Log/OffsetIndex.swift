import Platform

/// A segment's `.index`, as Kafka keeps it: every few KiB, a relative offset (u32) and the position
/// (u32) of the batch that ends with it. Sluice's own reads use the batch index; this one is for
/// Kafka's tools.
struct OffsetIndex: Sendable {
  /// How many bytes of log come between two entries, at least: Kafka's `index.interval.bytes`.
  static let intervalBytes = 4096
  static let entryBytes = 8

  let entries: EntryFile

  init(_ file: any File, _ openFiles: OpenFiles, count: Int) throws(SystemError) {
    entries = try EntryFile(
      file, openFiles, headerBytes: 0, entryBytes: OffsetIndex.entryBytes, count: count)
  }

  /// Stands for an index that cannot be read.
  init(unread path: String, _ openFiles: OpenFiles) {
    entries = EntryFile(
      unread: path, openFiles, headerBytes: 0, entryBytes: OffsetIndex.entryBytes)
  }

  func append(relativeOffset: UInt32, position: UInt32) {
    entries.append { address in
      address.storeBigEndian(relativeOffset, at: 0)
      address.storeBigEndian(position, at: 4)
    }
  }
}
