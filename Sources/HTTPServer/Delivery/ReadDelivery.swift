import Platform

/// `pread` into a reused buffer, then one `send`, the head with the first: the textbook's way.
enum ReadDelivery {
  static func send(
    _ delivery: FileDelivery, head: ByteBuffer?, on socket: StreamSocket,
    using buffers: BufferPool
  ) -> FileDelivery.Outcome {
    let buffer = delivery.unsent ?? buffers.take()
    defer {
      if buffer.isEmpty {
        delivery.unsent = nil
        buffers.give(buffer)
      } else {
        delivery.unsent = buffer
      }
    }
    var share = FileDelivery.turnBytesMax
    while delivery.remaining > 0 || !buffer.isEmpty {
      if share <= 0 { return .yielded }
      if buffer.isEmpty, let stop = fill(buffer, delivery) { return stop }
      delivery.meter.countCall()
      let more = delivery.remaining > 0
      let transfer =
        if let head, !head.isEmpty {
          socket.send(head.bytes, buffer.bytes, more: more)
        } else {
          socket.send(buffer.bytes, more: more)
        }
      switch transfer {
      case .bytes(let sent):
        let ofHead = min(sent, head?.count ?? 0)
        head?.consume(ofHead)
        delivery.meter.countBytes(sent - ofHead)
        buffer.consume(sent - ofHead)
        share -= sent
        if !buffer.isEmpty { return .blocked }
      case .wouldBlock: return .blocked
      case .ended: return .broken
      }
    }
    return .done
  }

  /// Reads the next bytes, of as many regions as fit; gives the turn's end if they are not at hand.
  ///
  /// A read stops where a page of the file ends, so that the next one copies whole pages.
  private static func fill(_ buffer: ByteBuffer, _ delivery: FileDelivery) -> FileDelivery.Outcome?
  {
    while let region = delivery.current, buffer.spare > 0 {
      guard let file = delivery.currentFile else { return buffer.isEmpty ? .cold : nil }
      let overhang = buffer.isEmpty ? region.position % ByteBuffer.pageBytes : 0
      let count = min(region.count, buffer.spare - overhang)
      delivery.meter.countCall()
      do {
        var isCold = false
        let got = try buffer.appendUninitialized(atMost: count) { memory throws(SystemError) in
          if region.position < delivery.warmedEnd {
            return try file.read(into: memory, at: region.position)
          }
          let cached = try file.readIfCached(into: memory, at: region.position)
          isCold = cached == nil
          return cached ?? 0
        }
        if isCold { return buffer.isEmpty ? .cold : nil }
        guard got > 0 else { return .broken }
        delivery.advance(got)
      } catch {
        return .broken
      }
    }
    return nil
  }
}
