import HTTPServer
import Platform

/// Says a line with the next number every so often; one that was not taken is replaced.
final class Ticker: BodySource {
  private let exchange: Exchange
  private let bytes: Int
  private let milliseconds: Int
  private var number = 0
  private var isDue = false
  private var isOver = false
  private var timer: LoopTimer?

  init(_ exchange: Exchange, bytes: Int, milliseconds: Int) {
    (self.exchange, self.bytes, self.milliseconds) = (exchange, bytes, milliseconds)
    arm()
  }

  func fill(_ buffer: ByteBuffer, budget: Int) -> BodyStep {
    if isDue {
      isDue = false
      let start = buffer.count
      buffer.append("\(number) ")
      while buffer.count < start + bytes { buffer.append(UInt8(ascii: "t")) }
      buffer.append("\n")
    }
    return isOver ? .end : .waiting
  }

  func end() {
    stop()
    exchange.resumeOutput()
  }

  func stop() {
    isOver = true
    timer?.cancel()
  }

  private func arm() {
    timer = exchange.after(milliseconds: milliseconds) { [self] in
      number += 1
      isDue = true
      exchange.resumeOutput()
      arm()
    }
  }
}
