import Platform

/// A segment's file as far as it is visible.
public struct SegmentFile: Sendable {
  /// The visible bytes.
  public let region: FileRegion
  /// What the segment is.
  public let description: SegmentDescription
  /// A number made of the content: another log's segment of the same name and size has another.
  public let fingerprint: UInt64
}
