/// What topics and groups may be called.
public enum TopicName {
  /// The longest name, in bytes.
  public static let bytesMax = 249

  /// True for `[A-Za-z0-9._-]{1,249}` but for `.`, `..` and names that begin with `__`, the
  /// server's own.
  public static func isValid(_ name: String) -> Bool {
    let bytes = name.utf8
    guard (1...bytesMax).contains(bytes.count), name != ".", name != "..", !name.hasPrefix("__")
    else { return false }
    return bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }
}
