import HTTP
import HTTPServer
import Platform

/// Answers as a test says, on the loop.
final class ScriptedHandler: RequestHandler {
  private let answer: (Exchange) -> Void

  init(_ answer: @escaping (Exchange) -> Void) { self.answer = answer }

  func handle(_ exchange: Exchange) { answer(exchange) }

  func endTurn() {}

  func refuse(
    _ refusal: Refusal, requestID: UnsafeRawBufferPointer?
  ) -> (head: ResponseHead, body: ByteBuffer) {
    let body = ByteBuffer()
    let status: Status
    switch refusal {
    case .malformed(let failure):
      status = failure.status
      body.append(failure.code)
    case .tooSlow: status = .requestTimeout
    case .tooManyConnections, .noDescriptor: status = .serviceUnavailable
    }
    return (ResponseHead(status), body)
  }
}
