import Synchronization

/// Observations sorted into buckets with fixed upper bounds: delivery times, batches a sync.
///
/// Made by `MetricsRegistry.histogram` and shared by whoever observes. Any thread may observe at
/// any time: that is a walk over the bounds and two relaxed atomic adds. The count is not stored
/// but is the sum of the buckets, so that a scrape in the middle of an update never shows a count
/// that differs from the `+Inf` bucket; the sum may be one observation ahead or behind.
///
/// `@unchecked Sendable`: the pointer is set once, and what it points to are atomics.
public final class Histogram: @unchecked Sendable {
  /// The upper bounds of the buckets, ascending, each inclusive, in the unit the histogram was
  /// registered with. One more bucket stands behind them for whatever exceeds the last bound.
  public let bounds: [UInt64]

  private let buckets: UnsafeMutableBufferPointer<Atomic<UInt64>>
  private let total = Atomic<UInt64>(0)

  init(bounds: [UInt64]) {
    self.bounds = bounds
    buckets = .allocate(capacity: bounds.count + 1)
    for index in 0...bounds.count {
      (buckets.baseAddress! + index).initialize(to: Atomic(0))
    }
  }

  deinit {
    buckets.deinitialize()
    buckets.deallocate()
  }

  /// Counts one observation, in the unit the histogram was registered with.
  public func observe(_ value: UInt64) {
    var index = 0
    while index < bounds.count, value > bounds[index] { index += 1 }
    buckets[index].wrappingAdd(1, ordering: .relaxed)
    total.wrappingAdd(value, ordering: .relaxed)
  }

  /// The sum of all observations, in the unit the histogram was registered with.
  public var sum: UInt64 { total.load(ordering: .relaxed) }

  /// How many observations there were.
  public var count: UInt64 { cumulativeCounts.last ?? 0 }

  /// For each bound, and then for `+Inf`, how many observations were not above it.
  public var cumulativeCounts: [UInt64] {
    var running: UInt64 = 0
    return (0...bounds.count).map { index in
      running &+= buckets[index].load(ordering: .relaxed)
      return running
    }
  }
}

extension Histogram {
  /// Bounds in nanoseconds for what a client waits for: 50 µs to 30 s, in steps of 1, 2.5, 5.
  public static let latencyNanoseconds: [UInt64] = [
    50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
    100_000_000, 250_000_000, 500_000_000,
    1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000, 30_000_000_000,
  ]

  /// Bounds 1, 2, 4, … up to and with `last`, which is a power of two: for counts and sizes.
  public static func powersOfTwo(through last: UInt64) -> [UInt64] {
    precondition(last.nonzeroBitCount == 1, "\(last) is not a power of two")
    return (0...last.trailingZeroBitCount).map { 1 << UInt64($0) }
  }
}
