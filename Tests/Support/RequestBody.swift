/// What a request carries behind its head.
public enum RequestBody {
  /// Nothing, and no field that speaks of a body.
  case none
  /// These bytes, with their length.
  case bytes([UInt8])
  /// Whatever the callback gives until it gives nothing; in chunks where the length is not said.
  case stream(length: Int?, next: () -> [UInt8])

  /// Text as its UTF-8 bytes.
  public static func text(_ text: String) -> RequestBody { .bytes(Array(text.utf8)) }
}
