import Synchronization

/// What the threads of a load have done so far, all together: they count, and one looks on. Any
/// thread may use it.
final class LoadMeter: Sendable {
  private let requests = Atomic(0)
  private let records = Atomic(0)
  private let bytes = Atomic(0)

  /// A request was answered.
  func add(records: Int, bytes: Int) {
    self.records.add(records, ordering: .relaxed)
    self.bytes.add(bytes, ordering: .relaxed)
    requests.add(1, ordering: .relaxed)
  }

  /// What was done up to now.
  var count: LoadCount {
    LoadCount(
      requests: requests.load(ordering: .relaxed), records: records.load(ordering: .relaxed),
      bytes: bytes.load(ordering: .relaxed))
  }
}
