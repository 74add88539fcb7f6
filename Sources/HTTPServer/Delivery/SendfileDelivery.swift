import Platform

/// Head with `MSG_MORE`, then `sendfile` until the socket is full: the bytes never enter the
/// program.
enum SendfileDelivery {
  static func send(
    _ delivery: FileDelivery, head: ByteBuffer?, on socket: StreamSocket
  ) -> FileDelivery.Outcome {
    if let head, let stop = sendHead(head, of: delivery, on: socket) { return stop }
    var share = FileDelivery.turnBytesMax
    while let region = delivery.current {
      if share <= 0 { return .yielded }
      let count = delivery.hotBytes(region, wanted: min(region.count, share))
      guard count > 0, let file = delivery.currentFile else { return .cold }
      delivery.meter.countCall()
      switch socket.sendFile(file, at: region.position, count: count) {
      case .bytes(let sent):
        delivery.meter.countBytes(sent)
        delivery.advance(sent)
        share -= sent
        if sent == count { break }
        // The socket is full, and another call would only be told so; unless the file was cut
        // short, for which no event would come.
        delivery.meter.countCall()
        guard let size = try? file.size(), region.position + count <= size else { return .broken }
        return .blocked
      case .wouldBlock: return .blocked
      case .ended: return .broken
      }
    }
    return .done
  }

  /// Sends what is left of the head; gives the turn's end if it could not all go.
  private static func sendHead(
    _ head: ByteBuffer, of delivery: FileDelivery, on socket: StreamSocket
  ) -> FileDelivery.Outcome? {
    while !head.isEmpty {
      delivery.meter.countCall()
      switch socket.send(head.bytes, more: delivery.remaining > 0) {
      case .bytes(let sent): head.consume(sent)
      case .wouldBlock: return .blocked
      case .ended: return .broken
      }
    }
    return nil
  }
}
