/// The value of an Origin field (RFC 6454 §7): who made a browser send a request.
public enum Origin: Equatable, Sendable {
  /// The literal `null`: a sandbox, a file, a redirect across origins.
  case opaque
  /// A scheme in lower case, and an authority with the scheme's default port filled in.
  case tuple(scheme: String, authority: Authority)

  /// Parses one serialized origin, `scheme://host[:port]` or `null`; nil for anything else, a path
  /// or a list included.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    if bytes.equals("null") {
      self = .opaque
      return
    }
    guard let colon = bytes.index(of: UInt8(ascii: ":"), from: 0), colon > 0,
      Octet.isAlpha(bytes[0]), colon + 3 <= bytes.count,
      bytes.part(colon, colon + 3).equals("://"),
      bytes.part(0, colon).allSatisfy(Self.isSchemeByte)
    else { return nil }
    let scheme = bytes.part(0, colon).text.lowercased()
    let authority = Authority(
      bytes.part(colon + 3, bytes.count), defaultPort: scheme == "https" ? 443 : 80)
    guard let authority else { return nil }
    self = .tuple(scheme: scheme, authority: authority)
  }

  /// Parses a serialized origin from text.
  public init?(_ text: String) {
    var text = text
    guard let parsed = text.withUTF8({ Origin(UnsafeRawBufferPointer($0)) }) else { return nil }
    self = parsed
  }

  private static func isSchemeByte(_ byte: UInt8) -> Bool {
    Octet.isAlpha(byte) || Octet.isDigit(byte) || byte == UInt8(ascii: "+")
      || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }
}
