import Platform

/// A partition's log as those above see it: records go in, byte ranges come out. No path, segment
/// or descriptor shows, so that another engine can stand behind it.
public protocol RecordLog: AnyObject, Sendable {
  /// How far the log has come.
  var offsets: LogOffsets { get }
  /// Its size in bytes.
  var bytes: Int { get }
  /// True once it was deleted: nothing is read from it or appended to it any more.
  var isClosed: Bool { get }
  /// What the topic says about it.
  var settings: LogSettings { get set }

  /// Appends batches together or not at all. An empty set asks only for what was appended before to
  /// be acknowledged. `completion` runs on `sink`, once. Nothing needs to happen before the
  /// engine's `wakeWriter`. What a producer has stamped is appended once: a repeat gets the first
  /// outcome again, and so does a stamp without batches.
  func append(
    _ batches: FramedBatches, acknowledgement: AppendRequest.Acknowledgement, sink: any JobSink,
    completion: @escaping @Sendable (Result<AppendRequest.Stored, LogError>) -> Void)
  /// What the log remembers of a producer, at a time in milliseconds since 1970.
  func producer(_ id: Int64, now: Int64) -> ProducerStanding
  /// Chooses byte ranges; touches no record.
  func read(_ request: ReadRequest) throws(LogError) -> LogSlice
  /// The first visible offset not older than a time in milliseconds since 1970; may wait for the
  /// disk.
  func offset(atOrAfter timestamp: Int64) throws(LogError) -> Offset
  /// Has a waiter fired when there is something at `offset`; false if there is already.
  func hold(_ waiter: LogWaiter, at offset: Offset) -> Bool
  /// Forgets a waiter.
  func forget(_ waiter: LogWaiter)
  /// The pieces the log is kept in, oldest first.
  func describeSegments() throws(LogError) -> [SegmentDescription]
  /// One piece as it lies on disk, as far as it is visible; `nil` if there is none with that first
  /// offset. May wait for the disk.
  func segmentRegion(
    baseOffset: Offset
  ) throws(LogError) -> SegmentFile?
  /// Deletes whole pieces that hold nothing from `offset` on, and gives the new start; waits for
  /// the disk.
  func truncate(before offset: Offset) throws(LogError) -> Offset
  /// Deletes what the settings no longer keep, and of that only what lies before `limit`; waits for
  /// the disk. `now` is in milliseconds since 1970.
  func enforceRetention(now: Int64, before limit: Offset) throws(LogError)
}
