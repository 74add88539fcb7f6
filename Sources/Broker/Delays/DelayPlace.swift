/// A delayed record that is about to be due, with the place of its entry; ordered by its key.
struct DelayPlace: Comparable, Sendable {
  let entry: DelayEntry
  /// The bucket that holds the entry.
  let bucket: UInt32
  /// The entry's index there.
  let index: UInt32

  var key: DelayKey { entry.key }

  static func == (left: Self, right: Self) -> Bool { left.key == right.key }
  static func < (left: Self, right: Self) -> Bool { left.key < right.key }
}
