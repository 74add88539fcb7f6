import FoundationEssentials

/// The time in front of a log line.
enum LogTime {
  /// Now, as RFC 3339 in UTC with milliseconds.
  static func now() -> String {
    Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
