import HTTPServer
import Platform

/// One loop's listeners to the overview: joins the feed once for all of them, and hands each event
/// round. Belongs to its loop.
final class StatusAudience {
  private let feed: StatusFeed
  private var streams: [StatusStream] = []
  private var membership: Int?
  private var latest: [UInt8]?
  private var timer: LoopTimer?
  private var silence = Silence()

  init(_ feed: StatusFeed) { self.feed = feed }

  /// Takes a listener in, who gets the last event at once.
  func add(_ stream: StatusStream) {
    streams.append(stream)
    if let latest { stream.offer(latest) }
    guard membership == nil else { return }
    let bound = ThreadBound(self)
    membership = feed.join(stream.exchange.sink) { bound.value.take($0) }
    armTimer()
  }

  /// Forgets a listener.
  func remove(_ stream: StatusStream) {
    streams.removeAll { $0 === stream }
    guard streams.isEmpty, let membership else { return }
    feed.leave(membership)
    self.membership = nil
    latest = nil
    timer?.cancel()
    timer = nil
  }

  private func take(_ event: [UInt8]) {
    guard membership != nil else { return }
    latest = event
    silence.end()
    for stream in streams { stream.offer(event) }
  }

  private func armTimer() {
    timer = streams.first?.exchange.after(milliseconds: Silence.tickMilliseconds) { [self] in
      if silence.tick() { for stream in streams { stream.offer(EventText.heartbeat) } }
      armTimer()
    }
  }
}
