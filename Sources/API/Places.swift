import Synchronization

/// So many things of a kind at one time, and no more. Any thread may take a place and give it back.
final class Places: Sendable {
  let limit: Int
  private let taken = Atomic(0)

  init(limit: Int) { self.limit = limit }

  /// Takes a place, to be given back in the end; false if there is none.
  func take() -> Bool {
    if taken.add(1, ordering: .relaxed).oldValue < limit { return true }
    giveBack()
    return false
  }

  func giveBack() { taken.subtract(1, ordering: .relaxed) }
}
