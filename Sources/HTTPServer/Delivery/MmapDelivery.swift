import Platform

/// `sendmsg` straight from the segment's one shared map; the head rides with the first call, and
/// as many small regions go with one call as it takes.
enum MmapDelivery {
  /// How much one call offers. Measured: less costs calls, more costs cache.
  private static let callBytesMax = 1 << 20

  static func send(
    _ delivery: FileDelivery, head: ByteBuffer?, on socket: StreamSocket
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
      let offered = delivery.offer(map, to: gather, until: hotEnd, bytesMax: callBytesMax)
      delivery.meter.countCall()
      switch socket.send(gather, more: !delivery.isLast(offered)) {
      case .bytes(let sent):
        let ofHead = min(sent, head?.count ?? 0)
        head?.consume(ofHead)
        let ofBody = sent - ofHead
        delivery.meter.countBytes(ofBody)
        delivery.advance(ofBody)
        share -= sent
        if ofBody == offered { break }
        // The socket is full; unless the file was cut short, for which no event would come.
        delivery.meter.countCall()
        guard let size = try? file.size(), hotEnd <= size else { return .broken }
        return .blocked
      case .wouldBlock: return .blocked
      case .ended: return .broken
      }
    }
    return .done
  }
}
