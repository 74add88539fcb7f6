/// How the body of a request is delimited (RFC 9112 §6.3).
public enum BodyFraming: Equatable, Sendable {
  /// No body, and no field that speaks of one.
  case none
  /// Exactly so many bytes; may be 0.
  case length(Int)
  /// A chunked body, to be read with `ChunkedDecoder`.
  case chunked
}
