import Platform

/// A response body that lies in files, on its way to a socket: what is left, and by which strategy
/// it goes.
///
/// Belongs to its connection's loop.
final class FileDelivery {
  /// How a turn ended.
  enum Outcome {
    /// Everything is sent.
    case done
    /// The socket takes no more for now.
    case blocked
    /// The turn's share is sent; others come first.
    case yielded
    /// The next bytes are not in memory.
    case cold
    /// The client is gone.
    case broken
  }

  /// The most one turn sends before the loop's other connections get theirs.
  static let turnBytesMax = 16 << 20
  /// How much is brought in at a time when pages are cold.
  static let coldWindowBytes = 4 << 20
  /// From this size on the socket is corked while the body goes out: two calls more, and large
  /// downloads were a tenth to a fifth faster for it than with `MSG_MORE` alone.
  private static let corkedBytesMin = 4 << 20

  let strategy: CopyStrategy
  let meter: DeliveryMeter
  private var regions: [FileRegion]
  private var index = 0
  /// Bytes that were not yet taken from the files.
  private(set) var remaining: Int
  /// What the last turn sent, the head included.
  private(set) var sentInTurn = 0
  /// Bytes that were read and not yet sent; only the `read` strategy has any.
  var unsent: ByteBuffer?
  /// Up to this position of the current region's file the pages were cold and have been brought in.
  var warmedEnd = 0
  private var isCorked = false
  /// Up to this position of the current region's file a probe found the pages in memory.
  private var probedEnd = 0

  init(
    _ regions: [FileRegion], strategy: CopyStrategy, metrics: DeliveryMetrics, start: MonotonicTime
  ) {
    self.regions = regions
    self.strategy = strategy
    remaining = regions.reduce(0) { $0 + $1.count }
    meter = DeliveryMeter(metrics, strategy: strategy, start: start)
  }

  /// The region in hand; `nil` behind the last one.
  var current: FileRegion? { index < regions.count ? regions[index] : nil }

  /// True when more bytes than these follow.
  func isLast(_ count: Int) -> Bool { count >= remaining }

  /// How many of the next `wanted` bytes are in memory, as far as a probe tells; 0 when none are. A
  /// stretch is probed once, however many calls it takes to send it.
  func hotBytes(_ region: FileRegion, wanted: Int) -> Int {
    let known = max(warmedEnd, probedEnd)
    if region.position < known { return min(wanted, known - region.position) }
    let stretch = min(region.count, FileDelivery.turnBytesMax)
    guard PageProbe.isHot(region.file.file, from: region.position, count: stretch, meter) else {
      return 0
    }
    probedEnd = region.position + stretch
    return min(wanted, stretch)
  }

  /// Marks bytes of the current region as taken.
  func advance(_ count: Int) {
    remaining -= count
    regions[index].position += count
    regions[index].count -= count
    if regions[index].count == 0 {
      index += 1
      warmedEnd = 0
      probedEnd = 0
    }
  }

  /// Sends as much as one turn may, `head` before everything else; what is sent of `head` is
  /// consumed.
  func send(head: ByteBuffer?, on socket: StreamSocket, using buffers: BufferPool) -> Outcome {
    meter.beginTurn()
    let headBytes = head?.count ?? 0
    defer {
      sentInTurn = meter.endTurn(isCold: warmedEnd > 0) + headBytes - (head?.count ?? 0)
    }
    if !isCorked, remaining >= FileDelivery.corkedBytesMin { cork(true, socket) }
    let outcome = copy(head: head, on: socket, using: buffers)
    if isCorked, outcome == .done { cork(false, socket) }
    return outcome
  }

  /// Counts the end of the whole delivery.
  func finish(at end: MonotonicTime) { meter.finish(at: end) }

  private func cork(_ isOn: Bool, _ socket: StreamSocket) {
    isCorked = isOn
    meter.countCall()
    socket.cork(isOn)
  }

  private func copy(head: ByteBuffer?, on socket: StreamSocket, using buffers: BufferPool)
    -> Outcome
  {
    switch strategy {
    case .sendfile: SendfileDelivery.send(self, head: head, on: socket)
    case .mmap: MmapDelivery.send(self, head: head, on: socket)
    case .read: ReadDelivery.send(self, head: head, on: socket, using: buffers)
    }
  }
}
