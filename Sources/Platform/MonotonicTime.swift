import Glibc

/// An instant on the monotonic clock, in nanoseconds since an arbitrary beginning.
public struct MonotonicTime: Comparable, Hashable, Sendable {
  /// Nanoseconds since the clock's beginning.
  public let nanoseconds: UInt64

  /// An instant so many nanoseconds after the clock's beginning.
  @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// The earlier of two instants comes first.
  @inlinable public static func < (left: Self, right: Self) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// This instant moved by a number of milliseconds, forwards only; it saturates instead of
  /// wrapping.
  public func advanced(byMilliseconds milliseconds: Int) -> MonotonicTime {
    let (step, stepOverflow) = UInt64(max(0, milliseconds)).multipliedReportingOverflow(
      by: 1_000_000)
    let (sum, sumOverflow) = nanoseconds.addingReportingOverflow(step)
    return MonotonicTime(nanoseconds: stepOverflow || sumOverflow ? .max : sum)
  }

  /// This instant moved forwards by a number of nanoseconds; it saturates instead of wrapping.
  public func advanced(byNanoseconds nanoseconds: UInt64) -> MonotonicTime {
    let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
    return MonotonicTime(nanoseconds: overflow ? .max : sum)
  }

  /// Nanoseconds from `earlier` to this instant; 0 if `earlier` is later.
  @inlinable public func nanoseconds(since earlier: MonotonicTime) -> UInt64 {
    nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
  }

  var timespec: timespec {
    Glibc.timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
  }
}
