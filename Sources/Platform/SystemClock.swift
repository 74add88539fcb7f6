import Glibc

/// The machine's clocks.
public final class SystemClock: Clock {
  /// A clock that reads the machine's.
  public init() {}

  /// `CLOCK_MONOTONIC`.
  public func monotonicTime() -> MonotonicTime {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return MonotonicTime(nanoseconds: UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec))
  }

  /// `CLOCK_REALTIME`, in milliseconds since 1970.
  public func wallMilliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }
}
