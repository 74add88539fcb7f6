/// What a topic says about its logs.
public struct LogSettings: Sendable, Equatable {
  /// When an append counts as committed.
  public enum Durability: String, Sendable {
    /// When `fdatasync` came back.
    case disk
    /// When it is in the page cache.
    case memory
  }

  /// When an append counts as committed.
  public var durability: Durability
  /// How old a segment's latest record may get, in milliseconds; `nil` for ever.
  public var retentionMilliseconds: Int64?
  /// How large a partition may get before whole segments go, in bytes; `nil` for no limit.
  public var retentionBytes: Int64?
  /// How large a segment may get before a new one begins, in bytes.
  public var segmentBytes: Int
  /// How old a segment may get before a new one begins, in milliseconds.
  public var segmentMilliseconds: Int64
  /// The most bytes that key, value and headers of one record may have together.
  public var maxRecordBytes: Int

  /// Kafka's defaults, but for the record size, which is 1 MiB here.
  public init(
    durability: Durability = .disk, retentionMilliseconds: Int64? = 604_800_000,
    retentionBytes: Int64? = nil, segmentBytes: Int = 1 << 30,
    segmentMilliseconds: Int64 = 604_800_000, maxRecordBytes: Int = 1 << 20
  ) {
    self.durability = durability
    self.retentionMilliseconds = retentionMilliseconds
    self.retentionBytes = retentionBytes
    self.segmentBytes = segmentBytes
    self.segmentMilliseconds = segmentMilliseconds
    self.maxRecordBytes = maxRecordBytes
  }
}
