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
  private static let coldWindowBytes = 4 << 20
  /// From this size on the socket is corked while the body goes out: two calls more, and large
  /// downloads were a tenth to a fifth faster for it than with `MSG_MORE` alone.
  private static let corkedBytesMin = 4 << 20

  let strategy: CopyStrategy
  let meter: DeliveryMeter
  private let regions: FileRegions
  /// The current region's file, which is held from when it is first needed to the region's end.
  private var file: (any File)?
  private var index = 0
  /// How many bytes of the current region were taken.
  private var taken = 0
  /// Behind the last region that lies in the current one's file.
  private var fileEnd: Int
  /// Bytes that were not yet taken from the files.
  private(set) var remaining: Int
  /// What the last turn sent, the head included.
  private(set) var sentInTurn = 0
  /// Bytes that were read and not yet sent; only the `read` strategy has any.
  var unsent: ByteBuffer?
  /// Up to this position of the current region's file the pages were cold and have been brought in.
  private(set) var warmedEnd = 0
  /// How far the current region's file must be mapped; 0 if nobody asked yet.
  private var mappedEnd = 0
  private var isCorked = false
  /// What one call sends of a map.
  private(set) lazy var gather = Gather(runsMax: min(regions.count + 1, Gather.runsMax))
  /// Up to this position of the current region's file a probe found the pages in memory.
  private var probedEnd = 0

  init(
    _ regions: FileRegions, strategy: CopyStrategy, metrics: DeliveryMetrics, start: MonotonicTime
  ) {
    self.regions = regions
    self.strategy = strategy
    file = regions.first?.file.opened
    fileEnd = regions.isEmpty ? 0 : regions.endOfFile(from: 0)
    remaining = regions.bytes
    meter = DeliveryMeter(metrics, strategy: strategy, start: start)
  }

  /// What is left of the region in hand; `nil` behind the last one.
  var current: FileRegion? {
    guard index < regions.count else { return nil }
    var region = regions[index]
    region.position += taken
    region.count -= taken
    return region
  }

  /// The current region's file; `nil` while it is not open: a thread that may wait opens it, and
  /// the delivery is told by `hold`.
  var currentFile: (any File)? {
    if let file { return file }
    file = current?.file.opened
    return file
  }

  /// The current region's file is open, and its bytes up to a position are in memory.
  func hold(_ file: any File, warmedEnd: Int) {
    self.file = file
    self.warmedEnd = warmedEnd
  }

  /// True when more bytes than these follow.
  func isLast(_ count: Int) -> Bool { count >= remaining }

  /// How many of the next `wanted` bytes of a region are in memory, as far as a probe tells; 0 when
  /// none are.
  func hotBytes(_ region: FileRegion, wanted: Int) -> Int {
    max(0, min(wanted, hotEnd(region) - region.position))
  }

  /// Up to which position of the region's file the bytes are in memory, as far as a probe tells. A
  /// stretch is probed once, however many regions lie in it and however many calls it takes to send
  /// them.
  func hotEnd(_ region: FileRegion) -> Int {
    let known = max(warmedEnd, probedEnd)
    if region.position < known { return known }
    let end = end(of: region, within: FileDelivery.turnBytesMax)
    let stretch = end - region.position
    guard let file = currentFile,
      PageProbe.isHot(file, from: region.position, count: stretch, meter)
    else { return 0 }
    probedEnd = end
    return end
  }

  /// The file of a region, mapped as far as any region reaches in it; `nil` when it cannot be.
  func map(_ region: FileRegion) -> FileMapping? {
    if mappedEnd == 0 {
      for next in index..<fileEnd {
        mappedEnd = max(mappedEnd, regions.extent(next).upperBound)
      }
    }
    return try? region.file.map(atLeast: mappedEnd)
  }

  /// What is to be brought in when it is not in memory: however many regions lie in it, it is one
  /// way to the disk.
  var coldStretch: (file: StoredFile, extent: Range<Int>)? {
    guard let region = current else { return nil }
    let end = end(of: region, within: FileDelivery.coldWindowBytes)
    return (region.file, region.position..<end)
  }

  /// Where a region ends, or the last behind it that follows in the same file within so many bytes.
  private func end(of region: FileRegion, within bytes: Int) -> Int {
    let limit = region.position + bytes
    var end = min(region.end, limit)
    for next in (index + 1)..<fileEnd {
      let extent = regions.extent(next)
      guard extent.lowerBound >= end, extent.upperBound <= limit else { break }
      end = extent.upperBound
    }
    return end
  }

  /// How long the regions are on average.
  var meanBytes: Int { regions.bytes / max(1, regions.count) }

  /// Points out what comes next, run by run, as far as it lies in the current region's file, before
  /// `end` of it and within `bytesMax`, until `body` takes no more.
  ///
  /// - Returns: how many bytes that is.
  @inline(__always)
  func offer(until end: Int, bytesMax: Int, to body: (_ run: Range<Int>) -> Bool) -> Int {
    var offered = 0
    var next = index
    var skipped = taken
    while next < fileEnd, offered < bytesMax {
      let extent = regions.extent(next)
      let position = extent.lowerBound + skipped
      let runEnd = min(extent.upperBound, end, position + bytesMax - offered)
      guard position < runEnd, body(position..<runEnd) else { break }
      offered += runEnd - position
      if runEnd < extent.upperBound { break }
      skipped = 0
      next += 1
    }
    return offered
  }

  /// Marks bytes as taken.
  func advance(_ count: Int) {
    remaining -= count
    taken += count
    while index < regions.count, taken >= regions.extent(index).count {
      taken -= regions.extent(index).count
      endRegion()
    }
  }

  private func endRegion() {
    index += 1
    if index == fileEnd {
      file = nil
      warmedEnd = 0
      probedEnd = 0
      mappedEnd = 0
      fileEnd = index < regions.count ? regions.endOfFile(from: index) : index
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
    case .mmap: MmapDelivery.send(self, head: head, on: socket, using: buffers)
    case .read: ReadDelivery.send(self, head: head, on: socket, using: buffers)
    }
  }
}
