/// Finds request heads in a connection's bytes (RFC 9112 §2.2). One a connection, used by the
/// thread that owns the connection; it holds a few integers and no bytes.
public struct RequestParser: Sendable {
  /// What the bytes so far amount to.
  public enum Outcome: Sendable {
    /// The head is not complete. Call again with the same bytes and more behind them.
    case needMore
    /// A head, and how many bytes of the input it took, skipped empty lines included.
    case head(RequestHead, consumed: Int)
  }

  private let limits: HeadLimits
  private var scanner = HeadScanner()

  /// A parser that stands before the first request of a connection.
  public init(limits: HeadLimits = HeadLimits()) {
    self.limits = limits
  }

  /// Whether bytes of a head were seen and its end was not: an idle connection has none.
  public var isInsideHead: Bool { scanner.isInsideHead }

  /// Looks for one head at the beginning of `input`, the connection's unconsumed bytes.
  ///
  /// After `.needMore` the caller keeps the bytes and calls again with more behind them; after
  /// `.head` it consumes as many as it was told, reads the body by the head's framing, and calls
  /// again for the next request. Throws what RFC 9112 does not allow and what exceeds the limits;
  /// the connection must then be closed behind the answer.
  public mutating func next(
    _ input: UnsafeRawBufferPointer
  ) throws(ParseFailure) -> Outcome {
    guard let end = try scanner.advance(input, limits) else { return .needMore }
    let head = try RequestHead(
      input.part(scanner.start, end), lineCount: scanner.lineCount, limits: limits)
    scanner = HeadScanner()
    return .head(head, consumed: end)
  }

  /// The value of X-Request-Id in bytes that are no head, or not a whole one: what can be found of
  /// it, so that a refusal can repeat it. Nil where its line has not come, or is malformed itself.
  public static func requestID(_ input: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    var start = 0
    var isFirst = true
    while let end = input.index(of: Octet.lineFeed, from: start) {
      let next = end &+ 1
      let length = end &- start
      if length <= 1, !isFirst { return nil }
      if !isFirst, Octet.isToken(input[start]),
        let (line, _) = try? FieldLine.parse(input.part(0, next), at: start),
        line.field == .xRequestID
      {
        return line.value.of(input)
      }
      // Empty lines may stand before the first one.
      if length > 1 { isFirst = false }
      start = next
    }
    return nil
  }
}
