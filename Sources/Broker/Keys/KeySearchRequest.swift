import Log

/// Which records of a key are wanted, and how far a search may go.
public struct KeySearchRequest: Sendable {
  /// The key's bytes.
  public var key: [UInt8]
  /// Only batches with one of these tags; `nil` for all.
  public var tags: [Tag]?
  /// Only this partition; `nil` for all.
  public var partition: Int?
  /// The most records to give.
  public var maxRecords: Int
  /// For each partition that is searched, in order: only records before this offset. Those that it
  /// does not reach to are searched from their end.
  public var before: [Offset] = []
  /// After how many records that were looked at, or passed over for their tag, the search ends. One
  /// batch more may be looked at.
  public var scannedMax: Int
  /// After how many bytes of the log it ends.
  public var scannedBytesMax: Int
  /// After how many bytes of what is made of records it ends; one record always comes.
  public var foundBytesMax: Int

  /// The newest records of a key.
  public init(
    key: [UInt8], maxRecords: Int, scannedMax: Int, scannedBytesMax: Int = 256 << 20,
    foundBytesMax: Int = 4 << 20
  ) {
    self.key = key
    self.maxRecords = maxRecords
    self.scannedMax = scannedMax
    self.scannedBytesMax = scannedBytesMax
    self.foundBytesMax = foundBytesMax
  }
}
