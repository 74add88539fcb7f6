import Platform

/// Batches for one log, whom to tell, and in the end what became of them.
///
/// Made by one thread, then handed to the log writer, then to its sink: never used by two at once.
public final class AppendRequest: FinishedWork, @unchecked Sendable {
  /// When the answer is due.
  public enum Acknowledgement: Sendable {
    /// When the bytes are in the page cache.
    case written
    /// When they are as durable as the topic promises.
    case committed
  }

  /// What was stored.
  public struct Stored: Sendable, Equatable {
    /// The offset of the first record.
    public let baseOffset: Offset
    /// How many records.
    public let count: Int
    /// True when nothing was stored now: a producer has sent again what stood there already.
    public let isDuplicate: Bool
    /// Of a duplicate, the latest time in the first copy's first batch.
    public let timestamp: Int64?

    /// So many records from that offset on.
    public init(baseOffset: Offset, count: Int) {
      self.baseOffset = baseOffset
      self.count = count
      isDuplicate = false
      timestamp = nil
    }

    /// What was stored when the request came first.
    init(_ first: RememberedRequest) {
      baseOffset = first.baseOffset
      count = Int(first.count)
      isDuplicate = true
      timestamp = first.timestamp
    }
  }

  let log: PartitionLog
  let batches: FramedBatches
  let acknowledgement: Acknowledgement
  let sink: any JobSink
  private let completion: @Sendable (Result<Stored, LogError>) -> Void
  /// What became of the batches, as far as the writer has come.
  var outcome: Result<Stored, LogError> = .failure(.closed)

  /// Asks for `batches` to be appended to `log` together or not at all; `completion` runs on
  /// `sink`, once.
  ///
  /// What a producer has stamped is appended once. A stamp without batches asks for what was
  /// answered when the request was stored.
  public init(
    _ batches: FramedBatches, to log: PartitionLog, acknowledgement: Acknowledgement,
    sink: any JobSink, _ completion: @escaping @Sendable (Result<Stored, LogError>) -> Void
  ) {
    self.log = log
    self.batches = batches
    self.acknowledgement = acknowledgement
    self.sink = sink
    self.completion = completion
  }

  /// Tells whoever asked. For the sink's thread.
  public func deliver() { completion(outcome) }
}
