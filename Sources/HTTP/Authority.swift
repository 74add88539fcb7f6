/// A host and a port (RFC 3986 §3.2, RFC 9110 §7.2). The host is kept in lower case and the default
/// port is filled in, so two authorities are equal when they mean the same. IPv6 literals keep
/// their brackets and are compared as they are spelled.
public struct Authority: Hashable, Sendable {
  /// The host in lower case: a name, an IPv4 address, or an IPv6 address in brackets.
  public let host: String
  /// The port, the scheme's default where none was written.
  public let port: UInt16

  /// A host, in any case, and a port.
  public init(host: String, port: UInt16 = 80) {
    self.host = host.lowercased()
    self.port = port
  }

  /// Parses `host[:port]`; nil for anything else, user information included.
  public init?(_ bytes: UnsafeRawBufferPointer, defaultPort: UInt16 = 80) {
    guard let (hostCount, port) = Self.split(bytes) else { return nil }
    self.init(host: bytes.part(0, hostCount).text, port: port ?? defaultPort)
  }

  /// Parses `host[:port]` from text.
  public init?(_ text: String, defaultPort: UInt16 = 80) {
    var text = text
    let parsed = text.withUTF8 {
      Authority(UnsafeRawBufferPointer($0), defaultPort: defaultPort)
    }
    guard let parsed else { return nil }
    self = parsed
  }

  /// Whether `host[:port]` bytes mean this authority. Allocates nothing.
  public func matches(_ bytes: UnsafeRawBufferPointer, defaultPort: UInt16 = 80) -> Bool {
    guard let (hostCount, port) = Self.split(bytes) else { return false }
    guard (port ?? defaultPort) == self.port, hostCount == host.utf8.count else { return false }
    return zip(bytes, host.utf8).allSatisfy { Octet.lowercased($0) == $1 }
  }

  /// Where the host ends and which port is written; nil when the bytes are no authority.
  static func split(_ bytes: UnsafeRawBufferPointer) -> (hostCount: Int, port: UInt16?)? {
    guard let hostCount = endOfHost(bytes) else { return nil }
    if hostCount == bytes.count { return (hostCount, nil) }
    guard bytes[hostCount] == UInt8(ascii: ":") else { return nil }
    let digits = bytes.part(hostCount + 1, bytes.count)
    if digits.isEmpty { return (hostCount, nil) }
    guard digits.count <= 5, let port = digits.decimal.flatMap(UInt16.init(exactly:)) else {
      return nil
    }
    return (hostCount, port)
  }

  private static func endOfHost(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let first = bytes.first else { return nil }
    if first == UInt8(ascii: "[") { return endOfLiteral(bytes) }
    var index = 0
    while index < bytes.count, bytes[index] != UInt8(ascii: ":") {
      if !Octet.isHostName(bytes[index]) {
        guard bytes[index] == UInt8(ascii: "%"), index &+ 2 < bytes.count,
          Octet.hexValue(bytes[index &+ 1]) != nil, Octet.hexValue(bytes[index &+ 2]) != nil
        else { return nil }
      }
      index &+= 1
    }
    return index > 0 ? index : nil
  }

  /// `[`, hexadecimal digits with at least two colons, `]` (RFC 3986 §3.2.2); no zone.
  private static func endOfLiteral(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let end = bytes.index(of: UInt8(ascii: "]"), from: 1), end <= 46 else { return nil }
    var colons = 0
    for byte in bytes.part(1, end) {
      if byte == UInt8(ascii: ":") {
        colons += 1
      } else {
        guard Octet.hexValue(byte) != nil || byte == UInt8(ascii: ".") else { return nil }
      }
    }
    return colons >= 2 && colons <= 7 ? end + 1 : nil
  }
}
