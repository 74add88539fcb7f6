import CLinux
import Glibc

/// An IP address and a port, v4 or v6.
public struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
  /// The numeric address, without brackets.
  public let host: String
  /// The port; 0 asks the kernel to choose.
  public let port: UInt16

  /// An address from its parts; `host` must be numeric or `localhost`.
  public init(host: String, port: UInt16) {
    self.host = host == "localhost" ? "127.0.0.1" : host
    self.port = port
  }

  /// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `:8080`; `nil` for anything else.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard digits.allSatisfy({ "0"..."9" ~= $0 }), let port = UInt16(digits) else { return nil }
    var host = String(text[..<colon])
    let bracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if bracketed { host = String(host.dropFirst().dropLast()) }
    if host.isEmpty, !bracketed { host = "127.0.0.1" }
    self.init(host: host, port: port)
    guard isNumeric, isVersion6 == bracketed else { return nil }
  }

  /// True when only this machine can reach the address.
  public var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

  /// As it stands in a URL: `127.0.0.1:8080`, `[::1]:8080`.
  public var description: String { isVersion6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

  var isVersion6: Bool { host.contains(":") }

  private var isNumeric: Bool {
    var scratch = in6_addr()
    return inet_pton(isVersion6 ? AF_INET6 : AF_INET, host, &scratch) == 1
  }

  init(descriptor: borrowing Descriptor) throws(SystemError) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    _ = try valueOrError("getsockname") {
      withUnsafeMutableBytes(of: &storage) {
        let address = $0.baseAddress!.assumingMemoryBound(to: sockaddr.self)
        return getsockname(descriptor.number, address, &length)
      }
    }
    var text = [CChar](repeating: 0, count: 64)
    let family = CInt(storage.ss_family)
    let port: UInt16 = withUnsafeBytes(of: &storage) { raw in
      let address = raw.baseAddress! + (family == AF_INET6 ? 8 : 4)
      inet_ntop(family, address, &text, socklen_t(text.count))
      return UInt16(bigEndian: raw.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    }
    host = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    self.port = port
  }

  /// Hands the address to a call in the kernel's own form.
  func withKernelForm<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    if isVersion6 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      inet_pton(AF_INET6, host, &address.sin6_addr)
      return withUnsafeBytes(of: &address) {
        body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
      }
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    return withUnsafeBytes(of: &address) {
      body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
  }
}
