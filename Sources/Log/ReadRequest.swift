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
  /// Only batches that hold some of these offsets, which ascend; `nil` for all.
  public var chosen: [Range<Offset>]?
  /// Stop behind so many batches whose tag is not wanted, whatever was found: a loop has others to
  /// serve. The slice then says how to go on.
  public var passedMax = Int.max
  /// One batch always comes, whatever `maxBytes` says; not where some were found before.
  var alwaysGivesOne = true
  /// Stop before the batch with which there would be more stretches of files than this.
  public var regionsMax = 1 << 16
  /// Stop before the batch that begins here or behind.
  public var end: Offset?
  /// Begin behind what cannot be read, where that is what comes first; the slice says so.
  public var passesDamage = false
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
