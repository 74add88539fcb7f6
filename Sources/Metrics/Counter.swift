import Synchronization

/// A count that only grows: requests, bytes, nanoseconds of CPU.
///
/// Made by `MetricsRegistry.counter` and shared by whoever counts. Any thread may touch it at any
/// time: an update is one relaxed atomic add, without a lookup, an allocation or a lock. Nothing is
/// ordered by it, so a scrape may see one counter of a pair updated and the other not yet. What the
/// integer counts (bytes, nanoseconds) is said at registration; it wraps round at 2^64, which a
/// scraper reads as a reset.
public final class Counter: Sendable {
  @usableFromInline let total = Atomic<UInt64>(0)

  init() {}

  /// Adds `amount`, in the unit the counter was registered with.
  @inlinable public func add(_ amount: UInt64) {
    total.wrappingAdd(amount, ordering: .relaxed)
  }

  /// Adds `amount`, in the unit the counter was registered with; a negative one is a bug.
  @inlinable public func add(_ amount: Int) {
    assert(amount >= 0, "a counter never goes back")
    total.wrappingAdd(UInt64(truncatingIfNeeded: amount), ordering: .relaxed)
  }

  /// Adds one.
  @inlinable public func increment() {
    total.wrappingAdd(1, ordering: .relaxed)
  }

  /// What was added so far, in the unit the counter was registered with.
  @inlinable public var value: UInt64 { total.load(ordering: .relaxed) }
}
