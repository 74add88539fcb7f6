/// How much a load has done.
struct LoadCount: Sendable, Equatable {
  /// Requests that were answered.
  var requests = 0
  /// Records in them.
  var records = 0
  /// Bytes of the bodies that were sent, or that came: whichever has the records.
  var bytes = 0

  /// What was done since an earlier count.
  func since(_ earlier: LoadCount) -> LoadCount {
    LoadCount(
      requests: requests - earlier.requests, records: records - earlier.records,
      bytes: bytes - earlier.bytes)
  }
}
