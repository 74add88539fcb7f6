/// The value of If-Match or If-None-Match (RFC 9110 §13.1.1, §13.1.2).
public enum EntityTagList: Equatable, Sendable {
  /// `*`: any representation that exists.
  case any
  /// The tags in order.
  case tags([EntityTag])

  /// Parses `*` or a list of tags; nil for anything else, an empty list included.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    if bytes.equals("*") {
      self = .any
      return
    }
    var tags: [EntityTag] = []
    var position = 0
    var mayBegin = true
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: ",") { mayBegin = true }
      if byte == UInt8(ascii: ",") || Octet.isBlank(byte) {
        position += 1
        continue
      }
      guard mayBegin, let (tag, end) = EntityTag.parse(bytes, at: position) else { return nil }
      tags.append(tag)
      position = end
      mayBegin = false
    }
    if tags.isEmpty { return nil }
    self = .tags(tags)
  }

  /// Parses a list from text.
  public init?(_ text: String) {
    var text = text
    guard let parsed = text.withUTF8({ EntityTagList(UnsafeRawBufferPointer($0)) }) else {
      return nil
    }
    self = parsed
  }

  /// Whether If-Match is fulfilled by a representation with this tag, nil if there is none.
  public func containsStrongly(_ tag: EntityTag?) -> Bool {
    contains(tag) { $0.stronglyMatches($1) }
  }

  /// Whether If-None-Match finds a representation with this tag: then it is a 304 (GET, HEAD) or a
  /// 412.
  public func containsWeakly(_ tag: EntityTag?) -> Bool {
    contains(tag) { $0.weaklyMatches($1) }
  }

  private func contains(_ tag: EntityTag?, _ equal: (EntityTag, EntityTag) -> Bool) -> Bool {
    guard let tag else { return false }
    switch self {
    case .any: return true
    case .tags(let tags): return tags.contains { equal($0, tag) }
    }
  }
}
