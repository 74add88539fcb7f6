import Log

/// The bytes of delayed records that came for the same bucket. Stays until none of them waits any
/// more, also when the bucket was split. Under the lock of `DelayBuckets`.
final class DelayRecordFile {
  let file: AppendFile
  /// How long it is.
  var bytes = 0
  /// How many of its records wait.
  var live = 0
  /// True while records may be added.
  var isOpen = true
  /// True if it was written since it was last synced.
  var isUnsynced = true
  /// True if a snapshot may name it.
  var isNamed = false

  init(_ file: AppendFile) { self.file = file }
}
