import Platform

/// `send` from the segment's one shared map; the head rides with the first call, and as many
/// regions go with one call as it takes. Small ones are laid side by side in a reused buffer first.
enum MmapDelivery {
  /// How much one call offers. Measured: less costs calls, more costs cache.
  private static let callBytesMax = 1 << 20
  /// Regions that are shorter than this on average are laid side by side. Measured: the kernel
  /// begins anew with each piece of a `sendmsg`, and one of 1 KiB took it twice as long as two
  /// copies take, in the processor's cache; from here on they take the same.
  private static let smallBytesMax = 4 << 10
  /// How much is laid side by side: what stays in the processor's cache.
  private static let laidBytesMax = 128 << 10

  static func send(
    _ delivery: FileDelivery, head: ByteBuffer?, on socket: StreamSocket,
    using buffers: BufferPool
  ) -> FileDelivery.Outcome {
    var share = FileDelivery.turnBytesMax
    let gather = delivery.gather
    while let region = delivery.current {
      if share <= 0 { return .yielded }
      let hotEnd = delivery.hotEnd(region)
      if hotEnd <= region.position { return .cold }
      guard let map = delivery.map(region), let file = delivery.currentFile else { return .broken }
      // What is gathered points into it.
      defer { withExtendedLifetime(map) {} }
      gather.removeAll()
      if let head, !head.isEmpty { gather.append(head.bytes) }
      let bytesMax = region.count < smallBytesMax ? laidBytesMax : callBytesMax
      let offered = delivery.offer(map, to: gather, until: hotEnd, bytesMax: bytesMax)
      let more = !delivery.isLast(offered)
      let isSmall = gather.runs > 1 && gather.bytes / gather.runs < smallBytesMax
      // The kernel may be asked to look behind the end of a file, the program may not.
      if isSmall, !reaches(file, hotEnd, delivery.meter) { return .broken }
      delivery.meter.countCall()
      let transfer =
        isSmall
        ? sendLaid(gather, more: more, on: socket, using: buffers)
        : socket.send(gather, more: more)
      switch transfer {
      case .bytes(let sent):
        let ofHead = min(sent, head?.count ?? 0)
        head?.consume(ofHead)
        let ofBody = sent - ofHead
        delivery.meter.countBytes(ofBody)
        delivery.advance(ofBody)
        share -= sent
        if ofBody == offered { break }
        // The socket is full; unless the file was cut short, for which no event would come.
        return reaches(file, hotEnd, delivery.meter) ? .blocked : .broken
      case .wouldBlock: return .blocked
      case .ended: return .broken
      }
    }
    return .done
  }

  private static func sendLaid(
    _ gather: Gather, more: Bool, on socket: StreamSocket, using buffers: BufferPool
  ) -> Transfer {
    let buffer = buffers.take()
    defer { buffers.give(buffer) }
    gather.copy(into: buffer)
    return socket.send(buffer.bytes, more: more)
  }

  /// True unless the file was cut short.
  private static func reaches(_ file: any File, _ end: Int, _ meter: DeliveryMeter) -> Bool {
    meter.countCall()
    guard let size = try? file.size() else { return false }
    return end <= size
  }
}
