import CLinux
import Glibc

/// A listening socket. One at a path takes the path with it when it goes.
public final class Listener: Sendable {
  /// How an attempt to accept ended.
  public enum Outcome: Sendable {
    /// A connection.
    case connection(StreamSocket)
    /// Nobody waits.
    case none
    /// The process or the machine has no descriptor left; try again later.
    case exhausted
  }

  let descriptor: Descriptor
  /// Where it listens; the port is the real one.
  public let address: ListenAddress
  /// Given up for a connection when no other descriptor is left, so that somebody can be told.
  private let spare = Lock<SpareDescriptor?>(SpareDescriptor())

  init(owning descriptor: consuming Descriptor, at address: ListenAddress) {
    self.descriptor = descriptor
    self.address = address
  }

  deinit {
    if case .path(let path) = address { _ = Glibc.unlink(path) }
  }

  /// Binds and listens at either kind of place.
  public convenience init(_ address: ListenAddress) throws(SystemError) {
    switch address {
    case .network(let address): try self.init(address)
    case .path(let path): try self.init(path: path)
    }
  }

  /// Binds and listens. Throws when the address is taken or not this machine's.
  ///
  /// Connections of a loopback listener are under `reno`, which every kernel has: a path that loses
  /// nothing gains nothing from a congestion control that paces (BBR), and large downloads were
  /// half as fast under it, for twice the processor's time.
  public convenience init(_ address: SocketAddress, backlog: Int = 1024) throws(SystemError) {
    let family = address.isVersion6 ? AF_INET6 : AF_INET
    let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let socket = Descriptor(
      owning: try valueOrError("socket", address.description) { Glibc.socket(family, type, 0) })
    var one: CInt = 1
    _ = try valueOrError("setsockopt", address.description) {
      setsockopt(socket.number, SOL_SOCKET, SO_REUSEADDR, &one, 4)
    }
    _ = try valueOrError("bind", address.description) {
      address.withKernelForm { Glibc.bind(socket.number, $0, $1) }
    }
    _ = try valueOrError("listen", address.description) {
      Glibc.listen(socket.number, CInt(clamping: backlog))
    }
    if address.isLoopback { Listener.leaveUnpaced(socket) }
    let bound = try SocketAddress(descriptor: socket)
    self.init(owning: socket, at: .network(bound))
  }

  /// What is accepted inherits it. Does nothing where it is not allowed.
  private static func leaveUnpaced(_ socket: borrowing Descriptor) {
    let name: StaticString = "reno"
    let length = socklen_t(name.utf8CodeUnitCount)
    _ = setsockopt(socket.number, CInt(IPPROTO_TCP), TCP_CONGESTION, name.utf8Start, length)
  }

  /// Takes one waiting connection although no descriptor is left, with one that was put aside for
  /// that: to be told so and let go at once. To be called by one thread.
  public func acceptOnSpare() -> Outcome {
    var given = spare.withLock { spare in
      defer { spare = nil }
      return spare
    }
    guard given != nil else {
      restoreSpare()
      return .exhausted
    }
    given = nil
    // Somebody else may be faster with what was given up.
    return accept()
  }

  /// Puts a descriptor aside again, if there is one.
  public func restoreSpare() {
    let fresh = SpareDescriptor()
    spare.withLock { spare in if spare == nil { spare = fresh } }
  }

  /// Takes one waiting connection.
  public func accept() -> Outcome {
    while true {
      let flags = CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
      let number = accept4(descriptor.number, nil, nil, flags)
      if number >= 0 {
        var one: CInt = 1
        setsockopt(number, CInt(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        return .connection(StreamSocket(owning: Descriptor(owning: number)))
      }
      switch errno {
      case EINTR, ECONNABORTED: continue
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
      default: return .none
      }
    }
  }
}
