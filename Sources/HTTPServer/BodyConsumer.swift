import HTTP

/// Takes a request's body as it comes in. Called on the exchange's loop.
public protocol BodyConsumer: AnyObject {
  /// Further bytes of the body; the view is valid during the call. To slow the client down, call
  /// `Exchange.pauseBody` before returning.
  func receive(_ bytes: UnsafeRawBufferPointer)
  /// The body is complete.
  func end()
  /// The rest of the body does not come: it is not what its framing says, or too slow.
  ///
  /// - Returns: true if the consumer sees to the answer; else the server gives it. The connection
  ///   is closed behind it either way.
  func fail(_ refusal: Refusal) -> Bool
}
