/// A piece of work for a log for which much came: requests to be written, a sync, a checkpoint.
///
/// Handed to the thread of turns, and back when it is done; what belongs to the log's queue is the
/// writer's all the while.
final class LogTurn: @unchecked Sendable {
  /// So much is written before the disk is asked to begin with it.
  private static let stepBytes = 1 << 20

  let queue: LogQueue
  private let appender: LogAppender
  private let requests: [AppendRequest]
  private let isOverdue: Bool
  let isCheckpoint: Bool

  init(_ queue: LogQueue, _ requests: [AppendRequest], isOverdue: Bool, isCheckpoint: Bool) {
    self.queue = queue
    appender = queue.appender
    self.requests = requests
    self.isOverdue = isOverdue
    self.isCheckpoint = isCheckpoint
  }

  /// Does it. Of what it writes the disk writes one step while the next is on its way.
  func run(_ group: GroupCommit) {
    var start = 0
    while start < requests.count {
      var end = start
      var bytes = 0
      repeat {
        bytes += requests[end].batches.bytes
        end += 1
      } while end < requests.count && bytes + requests[end].batches.bytes <= LogTurn.stepBytes
      group.write(Array(requests[start..<end]), to: appender)
      group.deliver()
      group.beginSync(appender)
      start = end
    }
    if isOverdue { group.synchronize(appender) }
    group.commit(appender)
    group.deliver()
    if isCheckpoint { try? group.advanceCheckpoint(appender) }
    group.deliver()
  }
}
