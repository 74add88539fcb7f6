/// What came for one log and was not handed on yet, in the order in which it came.
///
/// Belongs to the writer's thread.
final class LogQueue {
  /// A log with more bytes than these to be written and synced would hold up everybody else.
  private static let smallBytes = 256 << 10

  /// The log's writing end: not to be touched while the queue is in a turn.
  let appender: LogAppender
  private var waiting: [AppendRequest] = []
  private var waitingBytes = 0
  /// True while it stands among those of this round.
  var isInRound = false
  /// True while the thread of turns has its appender.
  var isInTurn = false
  /// True when its next turn is to bring it to a checkpoint.
  var wantsCheckpoint = false

  init(_ appender: LogAppender) { self.appender = appender }

  var log: PartitionLog { appender.log }

  var isEmpty: Bool { waiting.isEmpty }

  /// True when to write and sync it takes long. Not to be asked while it is in a turn.
  var isLarge: Bool {
    let unsynced = appender.isAwaitingSync ? appender.unsynced.bytes : 0
    return waitingBytes + unsynced > LogQueue.smallBytes
  }

  /// True when what waits has no more than `bytesMax` and nobody asks for a sync.
  func isWrittenOnly(bytesMax: Int) -> Bool {
    waitingBytes <= bytesMax && waiting.allSatisfy { $0.acknowledgement == .written }
  }

  func add(_ request: AppendRequest) {
    waiting.append(request)
    waitingBytes += request.batches.bytes
  }

  /// Everything that waits.
  func takeAll() -> [AppendRequest] {
    defer { waiting.removeAll() }
    waitingBytes = 0
    return waiting
  }

  /// The first one that waits, and as many more as have no more than `bytesMax` together with it.
  func take(bytesMax: Int) -> [AppendRequest] {
    if waitingBytes <= bytesMax { return takeAll() }
    var count = 0
    var bytes = 0
    repeat {
      bytes += waiting[count].batches.bytes
      count += 1
    } while count < waiting.count && bytes + waiting[count].batches.bytes <= bytesMax
    defer { waiting.removeFirst(count) }
    waitingBytes -= bytes
    return Array(waiting.prefix(count))
  }
}
