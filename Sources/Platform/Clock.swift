/// Where time comes from, so that tests can bring their own.
public protocol Clock: AnyObject, Sendable {
  /// Now, for intervals and deadlines.
  func monotonicTime() -> MonotonicTime
  /// Now, for people and for records: milliseconds since 1970 in UTC.
  func wallMilliseconds() -> Int64
}
