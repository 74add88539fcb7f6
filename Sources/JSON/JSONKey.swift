import Glibc

/// The unescaped UTF-8 bytes of a member's key, for a `switch` over the keys that are known:
///
///     switch member.key {
///     case "partition": …
///     case "value": …
///     default: throw unknownField(member.key.string)
///     }
///
/// Valid as the `JSONValue` it comes from.
public struct JSONKey {
  /// The key's bytes.
  public let bytes: UnsafeRawBufferPointer

  /// A key of these bytes.
  @inlinable public init(bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// A copy of the key.
  public var string: String { String(decoding: bytes, as: UTF8.self) }

  /// Lets a literal stand as a pattern.
  @inlinable public static func ~= (literal: StaticString, key: JSONKey) -> Bool {
    key == literal
  }

  /// True if the key is the literal, byte for byte.
  @inlinable public static func == (key: JSONKey, literal: StaticString) -> Bool {
    isSame(key.bytes, literal)
  }
}

/// True if the bytes are those of the literal.
@inlinable
func isSame(_ bytes: UnsafeRawBufferPointer, _ literal: StaticString) -> Bool {
  guard bytes.count == literal.utf8CodeUnitCount else { return false }
  guard let base = bytes.baseAddress, bytes.count > 0 else { return true }
  return memcmp(base, literal.utf8Start, bytes.count) == 0
}
