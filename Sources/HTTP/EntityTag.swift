/// An entity tag (RFC 9110 §8.8.3).
public struct EntityTag: Hashable, Sendable, CustomStringConvertible {
  /// What stands between the quotes.
  public let opaque: String
  /// Whether it is marked `W/`.
  public let isWeak: Bool

  /// A tag. The opaque part may hold visible ASCII without `"`; anything else is a bug.
  public init(_ opaque: String, isWeak: Bool = false) {
    assert(
      opaque.utf8.allSatisfy { $0 > 0x20 && $0 < Octet.delete && $0 != UInt8(ascii: "\"") },
      "not an opaque tag")
    self.opaque = opaque
    self.isWeak = isWeak
  }

  /// Parses one tag, as If-Range holds it; nil for a date or anything else.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard let (tag, end) = Self.parse(bytes, at: 0), end == bytes.count else { return nil }
    self = tag
  }

  private init(parsed opaque: String, isWeak: Bool) {
    self.opaque = opaque
    self.isWeak = isWeak
  }

  /// The tag as it is sent.
  public var description: String { (isWeak ? "W/\"" : "\"") + opaque + "\"" }

  /// Strong comparison: both strong and the same. For If-Match and If-Range (§8.8.3.2).
  public func stronglyMatches(_ other: EntityTag) -> Bool {
    !isWeak && !other.isWeak && opaque == other.opaque
  }

  /// Weak comparison: the same, whatever the marks. For If-None-Match (§8.8.3.2).
  public func weaklyMatches(_ other: EntityTag) -> Bool {
    opaque == other.opaque
  }

  /// Reads the tag that begins at `start`, and says where it ends.
  static func parse(
    _ bytes: UnsafeRawBufferPointer, at start: Int
  ) -> (tag: EntityTag, end: Int)? {
    let quote = UInt8(ascii: "\"")
    let isWeak = start + 2 <= bytes.count && bytes.part(start, start + 2).equals("W/")
    let open = isWeak ? start + 2 : start
    guard open < bytes.count, bytes[open] == quote,
      let close = bytes.index(of: quote, from: open + 1)
    else { return nil }
    let opaque = bytes.part(open + 1, close)
    guard opaque.allSatisfy({ $0 > 0x20 && $0 != Octet.delete }) else { return nil }
    return (EntityTag(parsed: opaque.text, isWeak: isWeak), close + 1)
  }
}
