import HTTP
import HTTPServer
import Platform

/// Counts a body and answers with its size; may rest after each piece.
final class Swallower: BodyConsumer {
  private let exchange: Exchange
  private let restMilliseconds: Int?
  private var count = 0
  private var timer: LoopTimer?

  init(_ exchange: Exchange, restMilliseconds: Int? = nil) {
    self.exchange = exchange
    self.restMilliseconds = restMilliseconds
  }

  func receive(_ bytes: UnsafeRawBufferPointer) {
    count += bytes.count
    guard let restMilliseconds else { return }
    exchange.pauseBody()
    timer = exchange.after(milliseconds: restMilliseconds) { [exchange] in exchange.resumeBody() }
  }

  func end() { exchange.respond(text: "\(count)") }

  func fail(_ refusal: Refusal) -> Bool { false }
}
