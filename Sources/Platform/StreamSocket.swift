import CLinux
import Glibc

/// One side of a connection, over TCP with `TCP_NODELAY` set or over a socket in the file system;
/// non-blocking. Closed when its last user goes.
public final class StreamSocket: Sendable {
  let descriptor: Descriptor

  init(owning descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Receives into `buffer`.
  public func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    while true {
      let count = Glibc.recv(descriptor.number, buffer.baseAddress, buffer.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .ended }
      let code = errno
      if code == EINTR { continue }
      return code == EAGAIN ? .wouldBlock : .ended
    }
  }

  /// Sends bytes. With `more`, the kernel may hold a partial segment back for what follows
  /// (`MSG_MORE`).
  public func send(_ bytes: UnsafeRawBufferPointer, more: Bool) -> Transfer {
    let flags = CInt(MSG_NOSIGNAL) | (more ? CInt(MSG_MORE) : 0)
    return transfer { Glibc.send(descriptor.number, bytes.baseAddress, bytes.count, flags) }
  }

  /// Sends two runs of bytes in one call.
  public func send(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, more: Bool
  ) -> Transfer {
    var vectors = (
      iovec(iov_base: UnsafeMutableRawPointer(mutating: first.baseAddress), iov_len: first.count),
      iovec(iov_base: UnsafeMutableRawPointer(mutating: second.baseAddress), iov_len: second.count)
    )
    let flags = CInt(MSG_NOSIGNAL) | (more ? CInt(MSG_MORE) : 0)
    return withUnsafeMutableBytes(of: &vectors) { raw in
      var message = msghdr()
      message.msg_iov = raw.baseAddress!.assumingMemoryBound(to: iovec.self)
      message.msg_iovlen = 2
      return transfer { Glibc.sendmsg(descriptor.number, &message, flags) }
    }
  }

  /// Sends runs of bytes in one call.
  public func send(_ gather: Gather, more: Bool) -> Transfer {
    let flags = CInt(MSG_NOSIGNAL) | (more ? CInt(MSG_MORE) : 0)
    var message = msghdr()
    message.msg_iov = gather.vectors
    message.msg_iovlen = gather.runs
    return transfer { Glibc.sendmsg(descriptor.number, &message, flags) }
  }

  /// Has the kernel hold partial segments back until told otherwise, or for 200 ms at most
  /// (`TCP_CORK`). A full send buffer ends a `MSG_MORE` call with a partial segment, a corked one
  /// does not.
  public func cork(_ isCorked: Bool) {
    var flag: CInt = isCorked ? 1 : 0
    let length = socklen_t(MemoryLayout<CInt>.size)
    _ = setsockopt(descriptor.number, CInt(IPPROTO_TCP), TCP_CORK, &flag, length)
  }

  /// Has the kernel take no more than so many bytes that it cannot send yet
  /// (`TCP_NOTSENT_LOWAT`). Does nothing where that is unknown.
  public func limitUnsent(_ bytes: Int) {
    var limit = CInt(clamping: bytes)
    let length = socklen_t(MemoryLayout<CInt>.size)
    _ = setsockopt(descriptor.number, CInt(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &limit, length)
  }

  /// Has the kernel move up to `count` bytes of a file from `position` on (`sendfile(2)`).
  ///
  /// `.ended` also stands for a file that is shorter than was asked for.
  public func sendFile(_ file: any File, at position: Int, count: Int) -> Transfer {
    var offset = off_t(position)
    return withExtendedLifetime(file) {
      transfer { sendfile(descriptor.number, file.descriptorNumber, &offset, count) }
    }
  }

  /// Ends both directions at once, whoever still holds the socket: its descriptor goes with its
  /// last user.
  public func close() {
    _ = Glibc.shutdown(descriptor.number, CInt(SHUT_RDWR))
  }

  /// Says that nothing more will be sent, so that the peer reads the end behind the last byte.
  public func endOutput() {
    _ = Glibc.shutdown(descriptor.number, CInt(SHUT_WR))
  }

  private func transfer(_ call: () -> Int) -> Transfer {
    while true {
      let count = call()
      if count > 0 { return .bytes(count) }
      if count == 0 { return .ended }
      let code = errno
      if code == EINTR { continue }
      return code == EAGAIN ? .wouldBlock : .ended
    }
  }
}
