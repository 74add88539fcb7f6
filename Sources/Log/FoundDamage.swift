import Platform
import Synchronization

/// The damaged batches of a segment that readers have met with since it was opened. The next start
/// does not know of them unless it looks itself.
///
/// Any thread may add to it and ask; who asks while there is none takes no lock.
final class FoundDamage: Sendable {
  private let reasons = Lock<[Int: String]>([:])
  private let found = Atomic(false)

  /// True once there is some.
  var isSome: Bool { found.load(ordering: .relaxed) }

  /// Notes what is wrong with a batch, by its place in the batch index.
  ///
  /// - Returns: false if that was known.
  func note(_ batch: Int, _ reason: String) -> Bool {
    let isNew = reasons.withLock { reasons in
      if reasons[batch] != nil { return false }
      reasons[batch] = reason
      return true
    }
    found.store(true, ordering: .relaxed)
    return isNew
  }

  /// The first damaged one of these batches.
  func first(in batches: Range<Int>) -> (batch: Int, reason: String)? {
    guard isSome else { return nil }
    return reasons.withLock { reasons in
      let batch = reasons.keys.filter(batches.contains).min()
      return batch.map { ($0, reasons[$0]!) }
    }
  }
}
