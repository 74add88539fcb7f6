/// What came for one log and is not answered yet, in the order in which it came.
///
/// Belongs to the writer's thread.
final class LogQueue {
  /// A log with more bytes than these to be written and synced holds up everybody else.
  private static let smallBytes = 256 << 10
  /// So many bytes are synced at the latest when somebody waits for it and more keeps coming.
  private static let syncBytes = 4 << 20

  let appender: LogAppender
  /// Requests that are not written yet.
  private var waiting: [AppendRequest] = []
  private var waitingBytes = 0
  /// Requests that are written, and answered when they are synced.
  private(set) var unanswered: [AppendRequest] = []
  /// How many batches no sync has covered.
  var unsyncedBatches = 0
  /// True when it is to be synced although nobody waits for that.
  var isOverdue = false
  /// True while it stands among those of this round.
  var isInRound = false
  /// True while it takes turns with others for which much came.
  var takesTurns = false

  init(_ appender: LogAppender) { self.appender = appender }

  var log: PartitionLog { appender.log }

  /// True when to write and sync it takes long.
  var isLarge: Bool {
    let unsynced = appender.isAwaitingSync ? appender.unsyncedBytes : 0
    return waitingBytes + unsynced > LogQueue.smallBytes
  }

  /// True when it should be synced before more is written.
  var mustSync: Bool {
    if isOverdue { return true }
    if unanswered.isEmpty { return false }
    return waiting.isEmpty || appender.unsyncedBytes >= LogQueue.syncBytes
  }

  /// True when there is nothing to be done for it now.
  var isDone: Bool { waiting.isEmpty && unanswered.isEmpty && !isOverdue }

  func add(_ request: AppendRequest) {
    waiting.append(request)
    waitingBytes += request.batches.bytes
  }

  func addUnanswered(_ request: AppendRequest) { unanswered.append(request) }

  /// The requests that are to be written next: the first one, and as many more as have no more than
  /// `bytesMax` together with it.
  func takeWaiting(bytesMax: Int) -> [AppendRequest] {
    if waitingBytes <= bytesMax {
      defer { waiting.removeAll(keepingCapacity: waiting.count < 1000) }
      waitingBytes = 0
      return waiting
    }
    var count = 0
    var bytes = 0
    while count < waiting.count, count == 0 || bytes + waiting[count].batches.bytes <= bytesMax {
      bytes += waiting[count].batches.bytes
      count += 1
    }
    defer { waiting.removeFirst(count) }
    waitingBytes -= bytes
    return Array(waiting.prefix(count))
  }

  func takeUnanswered() -> [AppendRequest] {
    defer { unanswered.removeAll() }
    return unanswered
  }
}
