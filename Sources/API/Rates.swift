import Platform

/// Rates a second of counters, over about the last ten seconds: sampled once a second, read by
/// `/v1/status`.
final class Rates: Sendable {
  /// The counters whose rates are kept.
  struct Sample: Sendable {
    var time: MonotonicTime
    var records: UInt64
    var appendedBytes: UInt64
    var requests: UInt64
    var deliveredBytes: UInt64
  }

  private static let window = 11
  private let samples = Lock<[Sample]>([])
  private let clock: any Clock

  init(clock: any Clock) { self.clock = clock }

  func add(_ sample: Sample) {
    samples.withLock { samples in
      samples.append(sample)
      if samples.count > Rates.window { samples.removeFirst() }
    }
  }

  /// The difference of the newest and the oldest sample, by the second; `nil` before there are two.
  func perSecond(_ counter: (Sample) -> UInt64) -> Double? {
    samples.withLock { samples in
      guard let first = samples.first, let last = samples.last, last.time > first.time else {
        return nil
      }
      let seconds = Double(last.time.nanoseconds(since: first.time)) / 1e9
      return Double(counter(last) &- counter(first)) / seconds
    }
  }
}
