import HeapModule
import Log
import Platform

/// The taking of a narrow bucket's entries into memory, a step at a time. When they are more than
/// there is room for, the earliest are found out first and the others wait for another pass.
final class DelayLoad {
  let bucket: DelayBucket
  private let room: Int
  private let after: DelayKey
  private let scratch = ByteBuffer()
  /// The earliest entries found so far, as many as there is room for.
  private var chosen = Heap<DelayKey>()
  /// Entries up to this one are taken; `nil` while that is being found out.
  private var bound: DelayKey?
  private var index = 0

  /// - Parameter room: how many entries may be taken.
  init(_ bucket: DelayBucket, room: Int) {
    self.bucket = bucket
    self.room = room
    after = bucket.loadedThrough
    bound = bucket.live <= room ? .highest : nil
  }

  /// Looks at some entries; gives the last key that is in memory once all were looked at.
  ///
  /// - Parameter take: gets each entry that is to be taken.
  func step(_ take: (DelayPlace) -> Void) throws(LogError) -> DelayKey? {
    let view = bucket.view
    if let bound {
      index = try view.forEachEntry(from: index, scratch: scratch) { index, base in
        let key = DelayEntry.key(base)
        guard key > after, key <= bound, !view.done.contains(index) else { return }
        take(
          DelayPlace(
            entry: DelayEntry(base), bucket: bucket.file.number, index: UInt32(index)))
      }
      return index == bucket.count ? bound : nil
    }
    index = try view.forEachEntry(from: index, scratch: scratch) { index, base in
      let key = DelayEntry.key(base)
      guard key > after, !view.done.contains(index) else { return }
      if chosen.count < room {
        chosen.insert(key)
      } else if let last = chosen.max, key < last {
        _ = chosen.replaceMax(with: key)
      }
    }
    if index == bucket.count {
      bound = chosen.count < room ? .highest : chosen.max
      chosen = Heap()
      index = 0
    }
    return nil
  }
}
