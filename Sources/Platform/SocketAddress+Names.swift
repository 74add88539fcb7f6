import CLinux
import Glibc

extension SocketAddress {
  /// The first address that a host's name stands for; `nil` if there is none. May wait for the
  /// network.
  public static func find(host: String, port: UInt16) -> SocketAddress? {
    var hints = addrinfo()
    hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0, let first = list else { return nil }
    defer { freeaddrinfo(list) }
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let length = socklen_t(text.count)
    guard
      getnameinfo(
        first.pointee.ai_addr, first.pointee.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST)
        == 0
    else { return nil }
    let digits = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return SocketAddress(host: String(decoding: digits, as: UTF8.self), port: port)
  }
}
