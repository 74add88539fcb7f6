import Synchronization

/// Bytes that were submitted to the log writer and not yet answered for.
final class QueuedBytes: Sendable {
  private let bytes = Atomic(0)

  var count: Int { bytes.load(ordering: .relaxed) }

  func add(_ count: Int) { bytes.add(count, ordering: .relaxed) }

  func subtract(_ count: Int) { bytes.subtract(count, ordering: .relaxed) }
}
