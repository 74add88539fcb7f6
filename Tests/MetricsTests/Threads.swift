import Foundation

/// Runs `body` on `count` threads at once and returns when all have ended.
func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
  let ended = DispatchSemaphore(value: 0)
  for _ in 0..<count {
    Thread.detachNewThread {
      body()
      ended.signal()
    }
  }
  for _ in 0..<count { ended.wait() }
}
