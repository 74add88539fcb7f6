/// How much of a request head a server takes (RFC 9112 §3, RFC 9110 §5.4).
public struct HeadLimits: Sendable {
  /// Bytes from the request line to the empty line, both included. More is a 431.
  public var headBytesMax: Int
  /// Field lines. More is a 431.
  public var fieldsMax: Int
  /// Bytes of the request target. More is a 414.
  public var targetBytesMax: Int

  /// Empty lines skipped before a request line (RFC 9112 §2.2).
  static let emptyLinesMax = 4
  /// Bytes of a method.
  static let methodBytesMax = 32

  /// Limits in bytes and fields; a head may have at most 1 MiB.
  public init(
    headBytesMax: Int = 16 << 10, fieldsMax: Int = 100, targetBytesMax: Int = 8 << 10
  ) {
    precondition(headBytesMax > 0 && headBytesMax <= 1 << 20, "a head has 1 byte to 1 MiB")
    precondition(fieldsMax >= 0 && targetBytesMax > 0, "a limit is not negative")
    self.headBytesMax = headBytesMax
    self.fieldsMax = fieldsMax
    self.targetBytesMax = targetBytesMax
  }

  /// The longest first line that can hold a target within its limit.
  var firstLineBytesMax: Int {
    min(headBytesMax, targetBytesMax + Self.methodBytesMax + " HTTP/1.1\r\n".utf8.count + 1)
  }
}
