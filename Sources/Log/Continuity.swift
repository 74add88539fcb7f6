import Synchronization

/// Whether a log goes on behind an append that failed. One whose records mean nothing without those
/// before them stops there: what was handed over already, and whatever comes, is refused until its
/// owner says how it goes on.
///
/// Stopped by the writer's thread; any thread may look.
final class Continuity: Sendable {
  private let isKept = Atomic(false)
  private let isBroken = Atomic(false)

  /// True while nothing is appended.
  var isStopped: Bool { isBroken.load(ordering: .acquiring) }

  /// Has the log stop at the next append that fails.
  func keep() { isKept.store(true, ordering: .releasing) }

  /// An append has failed.
  func fail() {
    if isKept.load(ordering: .acquiring) { isBroken.store(true, ordering: .releasing) }
  }

  /// Has the log go on.
  func mend() { isBroken.store(false, ordering: .releasing) }
}
