import CLinux
import Glibc

extension Listener {
  /// Binds to a path and listens there. A socket that a killed server has left behind is replaced;
  /// one that somebody listens on is not, and nothing else is. Who may write to it may connect: the
  /// owner and the group.
  public convenience init(path: String, backlog: Int = 1024) throws(SystemError) {
    guard let address = SocketPath(path) else {
      throw SystemError(code: ENAMETOOLONG, operation: "bind", subject: path)
    }
    try Listener.removeLeftover(path, address)
    let socket = try Listener.makeSocket(path)
    _ = try valueOrError("bind", path) {
      address.withKernelForm { Glibc.bind(socket.number, $0, $1) }
    }
    // Before anybody can connect.
    _ = try valueOrError("chmod", path) { Glibc.chmod(path, 0o660) }
    _ = try valueOrError("listen", path) { Glibc.listen(socket.number, CInt(clamping: backlog)) }
    self.init(owning: socket, at: .path(path))
  }

  /// Removes a socket that nobody listens on.
  private static func removeLeftover(_ path: String, _ address: SocketPath) throws(SystemError) {
    var status = stat()
    guard Glibc.lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw SystemError(code: EEXIST, operation: "bind", subject: path)
    }
    let probe = try makeSocket(path)
    let result = address.withKernelForm { Glibc.connect(probe.number, $0, $1) }
    guard result != 0, errno == ECONNREFUSED else {
      throw SystemError(code: EADDRINUSE, operation: "bind", subject: path)
    }
    _ = try valueOrError("unlink", path) { Glibc.unlink(path) }
  }

  private static func makeSocket(_ path: String) throws(SystemError) -> Descriptor {
    let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    return Descriptor(
      owning: try valueOrError("socket", path) { Glibc.socket(AF_UNIX, type, 0) })
  }
}
