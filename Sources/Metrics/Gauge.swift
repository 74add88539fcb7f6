import Synchronization

/// A level that goes up and down: connections, bytes in flight, waiters.
///
/// Made by `MetricsRegistry.gauge` and shared by whoever moves it. Any thread may touch it at any
/// time: an update is one relaxed atomic operation. Concurrent `set`s race, and the last one stays.
public final class Gauge: Sendable {
  @usableFromInline let level = Atomic<Int>(0)

  init() {}

  /// Puts the level at `newValue`, in the unit the gauge was registered with.
  @inlinable public func set(_ newValue: Int) {
    level.store(newValue, ordering: .relaxed)
  }

  /// Moves the level by `amount`, which may be negative, in the unit the gauge was registered with.
  @inlinable public func add(_ amount: Int) {
    level.wrappingAdd(amount, ordering: .relaxed)
  }

  /// Moves the level up by one.
  @inlinable public func increment() {
    level.wrappingAdd(1, ordering: .relaxed)
  }

  /// Moves the level down by one.
  @inlinable public func decrement() {
    level.wrappingSubtract(1, ordering: .relaxed)
  }

  /// The level, in the unit the gauge was registered with.
  @inlinable public var value: Int { level.load(ordering: .relaxed) }
}
