import CLinux
import Glibc

/// The client's side of a TCP connection; its calls wait. For load generators and the receivers of
/// comparisons; used by one thread at a time.
public final class ClientSocket: Sendable {
  private let descriptor: Descriptor

  /// Connects, with `TCP_NODELAY`. What takes longer than the limit, here and in later calls,
  /// throws `EAGAIN`.
  public init(
    connectingTo address: SocketAddress, silenceSecondsMax: Int = 60
  ) throws(SystemError) {
    let family = address.isVersion6 ? AF_INET6 : AF_INET
    let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    let socket = Descriptor(
      owning: try valueOrError("socket", address.description) { Glibc.socket(family, type, 0) })
    var limit = timeval(tv_sec: silenceSecondsMax, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    _ = try valueOrError("connect", address.description) {
      address.withKernelForm { Glibc.connect(socket.number, $0, $1) }
    }
    var one: CInt = 1
    setsockopt(socket.number, CInt(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    descriptor = socket
  }

  /// Has the kernel take in so much before the sender must wait.
  public func setReceiveBuffer(bytes: Int) {
    var size = CInt(clamping: bytes)
    setsockopt(descriptor.number, SOL_SOCKET, SO_RCVBUF, &size, 4)
  }

  /// Sends all of `bytes`.
  public func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    var sent = 0
    while sent < bytes.count {
      sent += try valueOrError("send") {
        Glibc.send(
          descriptor.number, bytes.baseAddress! + sent, bytes.count - sent, CInt(MSG_NOSIGNAL))
      }
    }
  }

  /// Receives what is there, or waits for it; 0 is the end.
  public func receive(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try valueOrError("recv") {
      Glibc.recv(descriptor.number, buffer.baseAddress, buffer.count, 0)
    }
  }

  /// Ends both directions at once: a call that waits, on whichever thread, sees the end.
  public func close() { _ = Glibc.shutdown(descriptor.number, CInt(SHUT_RDWR)) }

  /// Receives up to `count` bytes and drops them in the kernel, as a network card would carry them
  /// off (`MSG_TRUNC`): what is measured is then the sender alone. 0 is the end.
  public func discard(_ count: Int) throws(SystemError) -> Int {
    try valueOrError("recv") {
      Glibc.recv(descriptor.number, nil, count, CInt(MSG_TRUNC))
    }
  }
}
