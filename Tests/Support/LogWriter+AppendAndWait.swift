import Foundation
import Log
import Platform

extension LogWriter {
  /// Appends and waits for the outcome, which comes on the writer's own thread.
  public func appendAndWait(
    _ batches: FramedBatches, to log: PartitionLog,
    acknowledgement: AppendRequest.Acknowledgement = .committed
  ) -> Result<AppendRequest.Stored, LogError> {
    let answer = Lock<Result<AppendRequest.Stored, LogError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    submit(
      AppendRequest(batches, to: log, acknowledgement: acknowledgement, sink: InlineSink()) {
        outcome in
        answer.withLock { $0 = outcome }
        done.signal()
      })
    done.wait()
    return answer.withLock { $0 } ?? .failure(.closed)
  }
}
