import Platform
import Synchronization

/// A segment's `.timeindex`, as Kafka keeps it: the latest time so far (i64, milliseconds since
/// 1970) and the last relative offset (u32) of the batch that has it, wherever that time has grown.
final class TimeIndex: Sendable {
  static let entryBytes = 12

  let entries: EntryFile
  private let lastTime: Atomic<Int64>

  init(_ file: any File, _ openFiles: OpenFiles, count: Int) throws(SystemError) {
    entries = try EntryFile(
      file, openFiles, headerBytes: 0, entryBytes: TimeIndex.entryBytes, count: count)
    var last = Int64.min
    if count > 0 {
      let view = try entries.view()
      last = view[count - 1].bigEndian(0, as: Int64.self)
      view.end()
    }
    lastTime = Atomic(last)
  }

  /// Stands for an index that cannot be read.
  init(unread path: String, _ openFiles: OpenFiles) {
    entries = EntryFile(unread: path, openFiles, headerBytes: 0, entryBytes: TimeIndex.entryBytes)
    lastTime = Atomic(.min)
  }

  func append(timestamp: Int64, relativeOffset: UInt32) {
    if let latest, latest >= timestamp { return }
    entries.append { address in
      address.storeBigEndian(timestamp, at: 0)
      address.storeBigEndian(relativeOffset, at: 8)
    }
    lastTime.store(timestamp, ordering: .relaxed)
  }

  /// A relative offset before which every record is older than `timestamp`.
  func lowerBound(_ timestamp: Int64) throws(SystemError) -> UInt32 {
    let view = try entries.view()
    defer { view.end() }
    let older = view.prefixCount { $0.bigEndian(0, as: Int64.self) < timestamp }
    return older == 0 ? 0 : view[older - 1].bigEndian(8, as: UInt32.self)
  }

  /// The latest time in the index; `nil` when it is empty.
  var latest: Int64? {
    let last = lastTime.load(ordering: .relaxed)
    return entries.count == 0 ? nil : last
  }
}
