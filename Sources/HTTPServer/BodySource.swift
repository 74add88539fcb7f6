import Platform

/// Makes a response body piece by piece, as fast as the client takes it. Called on the exchange's
/// loop.
public protocol BodySource: AnyObject {
  /// Appends the next piece, of about `budget` bytes, to `buffer`.
  func fill(_ buffer: ByteBuffer, budget: Int) -> BodyStep
}
