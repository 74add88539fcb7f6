/// Which part of a log is wanted.
public struct ReadRequest: Sendable {
  /// The first record wanted; the batch that holds it comes whole.
  public var offset: Offset
  /// Stop before the batch with which there would be more than so many bytes; one batch always
  /// comes.
  public var maxBytes: Int
  /// Stop behind the batch with which there are so many records, counted from `offset`.
  public var maxRecords: Int
  /// Only batches with one of these tags; `nil` for all.
  public var tags: [Tag]?
  /// Stop before the batch that begins here or behind.
  public var end: Offset?
  /// Also say which offsets the chosen batches hold.
  public var wantsRuns = false

  /// Everything from `offset` on, within the limits.
  public init(offset: Offset, maxBytes: Int, maxRecords: Int = .max, tags: [Tag]? = nil) {
    self.offset = offset
    self.maxBytes = maxBytes
    self.maxRecords = maxRecords
    self.tags = tags
  }
}
