import Log
import Platform

/// A record that has the key that is searched for.
public struct KeyMatch: Sendable {
  /// The partition it lies in.
  public let partition: Int
  /// Its place there.
  public let offset: Offset
  /// Milliseconds since 1970.
  public let timestamp: Int64
  /// What the search was told to make of it.
  public let body: ByteBuffer
}
