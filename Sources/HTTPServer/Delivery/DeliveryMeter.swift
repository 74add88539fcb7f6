import Platform

/// Counts what one delivery costs its thread, turn by turn, and adds it to the strategy's metrics.
///
/// System calls counted are those that look for, read or send the delivery's bytes, its head's
/// included; the meter's own two readings of the thread's usage a turn are not.
final class DeliveryMeter {
  private let metrics: DeliveryMetrics
  private let strategy: CopyStrategy
  private let start: MonotonicTime
  private var before = ThreadUsage.zero
  private var calls = 0
  private var bytes = 0
  private var wasCold = false

  init(_ metrics: DeliveryMetrics, strategy: CopyStrategy, start: MonotonicTime) {
    self.metrics = metrics
    self.strategy = strategy
    self.start = start
  }

  func countCall() { calls += 1 }

  func countBytes(_ count: Int) { bytes += count }

  func beginTurn() { before = ThreadUsage.now() }

  /// Ends a turn; gives the file bytes that it sent.
  func endTurn(isCold: Bool) -> Int {
    wasCold = wasCold || isCold
    metrics.add(
      strategy, isCold: isCold, bytes: bytes, calls: calls, from: before, to: ThreadUsage.now())
    defer {
      calls = 0
      bytes = 0
    }
    return bytes
  }

  func finish(at end: MonotonicTime) {
    metrics.observe(strategy, isCold: wasCold, nanoseconds: end.nanoseconds(since: start))
  }
}
