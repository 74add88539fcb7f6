import Log

/// A checkpoint on its way: what the snapshot is to say, and what has to be done before and after.
struct DelayCapture: Sendable {
  var snapshot = DelaySnapshot()
  /// Files that have to be synced before the snapshot holds.
  var unsynced: [AppendFile] = []
  /// Files that may go once the snapshot is on the disk.
  var removable: [UInt32]

  init(removable: [UInt32]) { self.removable = removable }
}
