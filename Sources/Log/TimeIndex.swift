import Platform

/// A segment's `.timeindex`, as Kafka keeps it: the latest time so far (i64, milliseconds since
/// 1970) and the last relative offset (u32) of the batch that has it, wherever that time has grown.
struct TimeIndex: Sendable {
  static let entryBytes = 12

  let entries: EntryFile

  init(_ file: any File, count: Int) throws(SystemError) {
    entries = try EntryFile(file, headerBytes: 0, entryBytes: TimeIndex.entryBytes, count: count)
  }

  func append(timestamp: Int64, relativeOffset: UInt32) {
    let view = entries.view()
    if view.count > 0, view[view.count - 1].bigEndian(0, as: Int64.self) >= timestamp { return }
    entries.append { address in
      address.storeBigEndian(timestamp, at: 0)
      address.storeBigEndian(relativeOffset, at: 8)
    }
  }

  /// A relative offset before which every record is older than `timestamp`.
  func lowerBound(_ timestamp: Int64) -> UInt32 {
    let view = entries.view()
    let older = view.prefixCount { $0.bigEndian(0, as: Int64.self) < timestamp }
    return older == 0 ? 0 : view[older - 1].bigEndian(8, as: UInt32.self)
  }

  /// The latest time in the index; `nil` when it is empty.
  var latest: Int64? {
    let view = entries.view()
    return view.count == 0 ? nil : view[view.count - 1].bigEndian(0, as: Int64.self)
  }
}
