/// A plain cursor: where a consumer without leases wants to go on.
public struct Cursor: Equatable, Sendable {
  /// How long the metadata may be, in bytes.
  public static let metadataBytesMax = 4096

  /// The offset it will read next.
  public var nextOffset: Int64
  /// Whatever the consumer wants to remember with it.
  public var metadata: String

  /// A cursor.
  public init(nextOffset: Int64, metadata: String) {
    self.nextOffset = nextOffset
    self.metadata = metadata
  }
}
