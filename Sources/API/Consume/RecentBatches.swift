import Log
import Platform

/// Batches that were read and checked a moment ago, for those who take a few records of a batch at
/// a time: without it, each such answer copies and checks the whole batch again. Belongs to one
/// loop.
///
/// What is committed never changes, so what was read stays right.
final class RecentBatches {
  private struct Entry {
    let region: FileRegion
    let bytes: ByteBuffer
    /// Where the last reading stopped: the next one is likely to begin there.
    var mark = RecordReader.Mark()
  }

  private static let entriesMax = 16
  private static let bytesMax = 512 << 10

  private var entries: [Entry] = []

  /// The batch that is all of `slice`, if it was kept.
  func find(
    _ slice: LogSlice
  ) -> (header: BatchHeader, bytes: UnsafeRawBufferPointer, mark: RecordReader.Mark)? {
    guard let region = RecentBatches.only(slice) else { return nil }
    for index in entries.indices where RecentBatches.isSame(entries[index].region, region) {
      let entry = entries.remove(at: index)
      entries.insert(entry, at: 0)
      guard let header = BatchHeader(entry.bytes.bytes) else { return nil }
      return (header, entry.bytes.bytes, entry.mark)
    }
    return nil
  }

  /// Remembers where the reading of the batch that was found last stopped.
  func stopped(at mark: RecordReader.Mark) {
    if !entries.isEmpty { entries[0].mark = mark }
  }

  /// Keeps a checked batch that is all of `slice`, in place of the one that was not asked for
  /// longest.
  func keep(_ batch: UnsafeRawBufferPointer, of slice: LogSlice) {
    guard let region = RecentBatches.only(slice), region.count == batch.count else { return }
    if entries.contains(where: { RecentBatches.isSame($0.region, region) }) { return }
    let bytes: ByteBuffer
    if entries.count == RecentBatches.entriesMax {
      bytes = entries.removeLast().bytes
      bytes.removeAll()
    } else {
      bytes = ByteBuffer(capacity: batch.count)
    }
    bytes.append(batch)
    entries.insert(Entry(region: region, bytes: bytes), at: 0)
  }

  private static func only(_ slice: LogSlice) -> FileRegion? {
    guard slice.regions.count == 1, slice.bytes <= bytesMax else { return nil }
    return slice.regions[0]
  }

  private static func isSame(_ left: FileRegion, _ right: FileRegion) -> Bool {
    left.file === right.file && left.position == right.position && left.count == right.count
  }
}
