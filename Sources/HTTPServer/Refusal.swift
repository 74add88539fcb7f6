import HTTP

/// Why a connection is answered without a handler having seen a request.
public enum Refusal: Sendable {
  /// What came is not HTTP/1.1 as this server takes it.
  case malformed(ParseFailure)
  /// The head or the body took too long.
  case tooSlow
  /// There are as many connections as there may be.
  case tooManyConnections(limit: Int)
  /// The process has no descriptor left for another.
  case noDescriptor
}
