import Platform

/// `send` from the segment's one shared map; the head rides with the first call, and as many
/// regions go with one call as it takes. Small ones are laid side by side in a reused buffer first.
enum MmapDelivery {
  /// How much one call offers. Measured: less costs calls, more costs cache.
  private static let callBytesMax = 1 << 20
  /// Regions that are shorter than this on average are laid side by side. Measured: the kernel
  /// begins anew with each piece of a `sendmsg`, and one of 1 KiB took it twice as long as two
  /// copies take, the second of which is in the processor's cache; from here on they take the same.
  private static let smallBytesMax = 4 << 10
  /// How much is laid side by side: what stays in the processor's cache, and fits the buffer.
  private static let laidBytesMax = 240 << 10

  /// How a call ended, and how many bytes of the body it was offered.
  private typealias Sent = (transfer: Transfer, offered: Int)

  static func send(
    _ delivery: FileDelivery, head: ByteBuffer?, on socket: StreamSocket,
    using buffers: BufferPool
  ) -> FileDelivery.Outcome {
    var share = FileDelivery.turnBytesMax
    let isSmall = delivery.meanBytes < smallBytesMax
    while let region = delivery.current {
      if share <= 0 { return .yielded }
      let hotEnd = delivery.hotEnd(region)
      if hotEnd <= region.position { return .cold }
      guard let map = delivery.map(region), let file = delivery.currentFile else { return .broken }
      // The kernel may be asked to look behind the end of a file, the program may not.
      if isSmall, !reaches(file, hotEnd, delivery.meter) { return .broken }
      delivery.meter.countCall()
      let sent =
        isSmall
        ? lay(delivery, map, until: hotEnd, behind: head, on: socket, using: buffers)
        : gather(delivery, map, until: hotEnd, behind: head, on: socket)
      switch sent.transfer {
      case .bytes(let bytes):
        let ofHead = min(bytes, head?.count ?? 0)
        head?.consume(ofHead)
        let ofBody = bytes - ofHead
        delivery.meter.countBytes(ofBody)
        delivery.advance(ofBody)
        share -= bytes
        if ofBody == sent.offered { break }
        // The socket is full; unless the file was cut short, for which no event would come.
        return reaches(file, hotEnd, delivery.meter) ? .blocked : .broken
      case .wouldBlock: return .blocked
      case .ended: return .broken
      }
    }
    return .done
  }

  /// One call that points into the map.
  private static func gather(
    _ delivery: FileDelivery, _ map: FileMapping, until end: Int, behind head: ByteBuffer?,
    on socket: StreamSocket
  ) -> Sent {
    let gather = delivery.gather
    gather.removeAll()
    if let head, !head.isEmpty { gather.append(head.bytes) }
    let offered = delivery.offer(until: end, bytesMax: callBytesMax) { run in
      if gather.isFull { return false }
      gather.append(UnsafeRawBufferPointer(rebasing: map.bytes[run]))
      return true
    }
    // What is gathered points into the map.
    return withExtendedLifetime(map) {
      (socket.send(gather, more: !delivery.isLast(offered)), offered)
    }
  }

  /// One call with what was copied out of the map. What the socket does not take is copied again:
  /// a slow client holds no buffer.
  private static func lay(
    _ delivery: FileDelivery, _ map: FileMapping, until end: Int, behind head: ByteBuffer?,
    on socket: StreamSocket, using buffers: BufferPool
  ) -> Sent {
    let buffer = buffers.take()
    defer { buffers.give(buffer) }
    let offered = delivery.offer(until: end, bytesMax: laidBytesMax) { run in
      buffer.append(UnsafeRawBufferPointer(rebasing: map.bytes[run]))
      return true
    }
    let more = !delivery.isLast(offered)
    guard let head, !head.isEmpty else { return (socket.send(buffer.bytes, more: more), offered) }
    return (socket.send(head.bytes, buffer.bytes, more: more), offered)
  }

  /// True unless the file was cut short.
  private static func reaches(_ file: any File, _ end: Int, _ meter: DeliveryMeter) -> Bool {
    meter.countCall()
    guard let size = try? file.size() else { return false }
    return end <= size
  }
}
