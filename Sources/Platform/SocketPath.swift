import Glibc

/// Where a socket lies in the file system, or in the abstract names (`@name`), in the kernel's form
/// (`unix(7)`).
struct SocketPath {
  private var address = sockaddr_un()
  private var length = socklen_t(MemoryLayout<sockaddr_un>.size)

  /// `nil` for a path that is too long for the kernel.
  init?(_ path: String) {
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(path.utf8)
    let isAbstract = bytes.first == UInt8(ascii: "@")
    if isAbstract { bytes[0] = 0 }
    let isWhole = withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard bytes.count < room.count else { return false }
      room.copyBytes(from: bytes)
      return true
    }
    guard isWhole else { return nil }
    // An abstract name goes as far as the length says.
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)!
    if isAbstract { length = socklen_t(offset + bytes.count) }
  }

  /// Runs a call that takes an address and its length.
  func withKernelForm<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafeBytes(of: address) {
      body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), length)
    }
  }
}
