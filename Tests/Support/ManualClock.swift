import Platform

/// A clock that stands still until a test moves it.
public final class ManualClock: Clock {
  private struct Times {
    var monotonic: MonotonicTime
    var wall: Int64
  }

  private let times: Lock<Times>

  /// A clock at `wallMilliseconds` since 1970, whose monotonic time begins at one second.
  public init(wallMilliseconds: Int64 = 1_700_000_000_000) {
    times = Lock(
      Times(monotonic: MonotonicTime(nanoseconds: 1_000_000_000), wall: wallMilliseconds))
  }

  /// The monotonic time it stands at.
  public func monotonicTime() -> MonotonicTime { times.withLock { $0.monotonic } }

  /// The wall time it stands at, in milliseconds since 1970.
  public func wallMilliseconds() -> Int64 { times.withLock { $0.wall } }

  /// Moves the monotonic time on, and no date.
  public func rest(milliseconds: Int) {
    times.withLock { times in
      times.monotonic = times.monotonic.advanced(byMilliseconds: milliseconds)
    }
  }

  /// Moves both times on.
  public func advance(milliseconds: Int) {
    times.withLock { times in
      times.monotonic = times.monotonic.advanced(byMilliseconds: milliseconds)
      times.wall += Int64(milliseconds)
    }
  }
}
