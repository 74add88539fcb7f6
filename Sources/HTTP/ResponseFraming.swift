/// How the body of a response is delimited (RFC 9112 §6.3).
public enum ResponseFraming: Equatable, Sendable {
  /// `Content-Length`: so many bytes. For HEAD and 304, as many as GET would have sent.
  case length(Int)
  /// `Transfer-Encoding: chunked`; never for an HTTP/1.0 client.
  case chunked
  /// No body and no field that speaks of one: 1xx, 204, and 304 without a length.
  case none
  /// The body ends when the connection closes.
  case untilClose
}
