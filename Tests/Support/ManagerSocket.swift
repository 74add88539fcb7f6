import Glibc

/// The socket at which a service manager hears of its services, as systemd's does. Belongs to one
/// thread; waits ten seconds for a message.
public final class ManagerSocket {
  /// What `NOTIFY_SOCKET` is to be.
  public let name: String
  private let descriptor: Int32

  /// Binds to a path, or to an abstract name that begins with `@`.
  public init(_ name: String) throws {
    self.name = name
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    if name.hasPrefix("@") { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length =
      MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + bytes.count
      + (name.hasPrefix("@") ? 0 : 1)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(length))
      }
    }
    guard result == 0 else { throw TransferFailure(number: Int(errno), message: "bind \(name)") }
  }

  deinit { close(descriptor) }

  /// The next message; `nil` if none comes.
  public func message() -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
  }
}
