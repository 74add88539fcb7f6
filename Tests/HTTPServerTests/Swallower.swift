import HTTP
import HTTPServer
import Platform

/// Counts a body and answers with its size; may rest after each piece, and answer by itself when
/// the body breaks off.
final class Swallower: BodyConsumer {
  private let exchange: Exchange
  private let restMilliseconds: Int?
  private let answersFailure: Bool
  private var count = 0
  private var timer: LoopTimer?

  init(_ exchange: Exchange, restMilliseconds: Int? = nil, answersFailure: Bool = false) {
    self.exchange = exchange
    self.restMilliseconds = restMilliseconds
    self.answersFailure = answersFailure
  }

  func receive(_ bytes: UnsafeRawBufferPointer) {
    count += bytes.count
    guard let restMilliseconds else { return }
    exchange.pauseBody()
    timer = exchange.after(milliseconds: restMilliseconds) { [exchange] in exchange.resumeBody() }
  }

  func end() { exchange.respond(text: "\(count)") }

  func fail(_ refusal: Refusal) -> Bool {
    if answersFailure { exchange.respond(text: "\(count) and no more") }
    return answersFailure
  }
}
