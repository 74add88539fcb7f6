import HTTPServer
import Platform

/// The overview as one page gets it: an event each second, of which a page that is too slow misses
/// some and always gets the newest. Belongs to its loop.
final class StatusStream: BodySource {
  /// So little is held back by the kernel for a page that takes nothing: what it then gets is not
  /// minutes old.
  static let unsentBytesMax = 16 << 10

  let exchange: Exchange
  private let streams: Streams
  private var next: [UInt8]?
  private var hasBegun = false
  private(set) var isOver = false

  init(_ exchange: Exchange, _ streams: Streams) {
    self.exchange = exchange
    self.streams = streams
  }

  /// Puts an event in the place of one that the page has not taken yet.
  func offer(_ event: [UInt8]) {
    if next != nil { streams.droppedEvents.increment() }
    next = event
    exchange.resumeOutput()
  }

  /// Ends the stream behind what was sent.
  func end() {
    isOver = true
    exchange.resumeOutput()
  }

  func fill(_ buffer: ByteBuffer, budget: Int) -> BodyStep {
    if !hasBegun {
      hasBegun = true
      buffer.append(EventText.beginning)
    }
    if let next { buffer.append(next) }
    next = nil
    return isOver ? .end : .waiting
  }
}
