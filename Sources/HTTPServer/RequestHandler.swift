import HTTP
import Platform

/// What answers requests: one a loop, made and used on the loop's thread.
public protocol RequestHandler: AnyObject {
  /// A request's head has arrived. The answer is given through the exchange, now or later.
  func handle(_ exchange: Exchange)
  /// The loop has worked through everything that was ready: the moment to wake others once for all
  /// of it.
  func endTurn()
  /// The answer to somebody who did not get as far as a request.
  ///
  /// - Parameter requestID: the value of X-Request-Id, as far as it had come.
  func refuse(
    _ refusal: Refusal, requestID: UnsafeRawBufferPointer?
  ) -> (head: ResponseHead, body: ByteBuffer)
}
