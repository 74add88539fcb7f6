import Platform

/// `send` straight from the segment's one lasting map; the head rides with the first call.
enum MmapDelivery {
  /// How much one call offers. Measured: less costs calls, more costs cache.
  private static let callBytesMax = 1 << 20

  static func send(
    _ delivery: FileDelivery, head: ByteBuffer?, on socket: StreamSocket
  ) -> FileDelivery.Outcome {
    var share = FileDelivery.turnBytesMax
    while let region = delivery.current {
      if share <= 0 { return .yielded }
      let count = delivery.hotBytes(region, wanted: min(region.count, callBytesMax))
      if count == 0 { return .cold }
      guard let map = try? region.file.map(atLeast: region.end) else { return .broken }
      let bytes = UnsafeRawBufferPointer(
        rebasing: map.bytes[region.position..<(region.position + count)])
      delivery.meter.countCall()
      let more = !delivery.isLast(count)
      let transfer =
        if let head, !head.isEmpty {
          socket.send(head.bytes, bytes, more: more)
        } else {
          socket.send(bytes, more: more)
        }
      switch transfer {
      case .bytes(let sent):
        let ofHead = min(sent, head?.count ?? 0)
        head?.consume(ofHead)
        let ofBody = sent - ofHead
        delivery.meter.countBytes(ofBody)
        if ofBody > 0 { delivery.advance(ofBody) }
        share -= sent
        if ofBody < count { return .blocked }
      case .wouldBlock: return .blocked
      case .ended: return .broken
      }
    }
    return .done
  }
}
