import CSimdjson

/// Tells text from bytes.
public enum UTF8Validation {
  /// True if the bytes are well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong); true of
  /// none.
  public static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    csj_is_utf8(bytes.baseAddress, bytes.count)
  }
}
