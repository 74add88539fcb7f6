import Platform

/// What was written to a log and no sync has covered.
struct Unsynced {
  var bytes = 0
  var batches = 0
  /// When the oldest of it was written, unless everybody sees it without a sync.
  var since: MonotonicTime?
  /// Requests that are answered when it is synced.
  var requests: [AppendRequest] = []

  /// It is synced.
  mutating func isOver() {
    bytes = 0
    batches = 0
    since = nil
  }
}
