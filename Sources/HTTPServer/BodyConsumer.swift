import HTTP

/// Takes a request's body as it comes in. Called on the exchange's loop.
public protocol BodyConsumer: AnyObject {
  /// Further bytes of the body; the view is valid during the call. To slow the client down, call
  /// `Exchange.pauseBody` before returning.
  func receive(_ bytes: UnsafeRawBufferPointer)
  /// The body is complete.
  func end()
  /// The body is not what its framing says; the server answers and closes.
  func fail(_ failure: ParseFailure)
}
