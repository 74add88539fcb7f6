import Glibc

/// A value behind a pthread mutex.
///
/// The toolchain's own `Mutex` makes the thread sanitizer report races that are not there; this one
/// it follows. Nothing that may block (I/O, callbacks into other parts) belongs inside `withLock`.
public final class Lock<Value>: @unchecked Sendable {
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline var value: Value

  /// Puts `value` behind a new lock.
  public init(_ value: sending Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    let result = pthread_mutex_init(mutex, nil)
    precondition(result == 0, "pthread_mutex_init failed")
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs `body` with the value, alone.
  @discardableResult @inlinable
  public func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }

  /// Waits on `condition` inside the lock until `body` gives a result or the deadline passes, then
  /// gives `nil`.
  ///
  /// `body` runs once at entry and again after each wake-up.
  func wait<Result>(
    on condition: UnsafeMutablePointer<pthread_cond_t>, until deadline: MonotonicTime?,
    _ body: (inout Value) -> Result?
  ) -> Result? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&value) { return result }
      guard let deadline else {
        pthread_cond_wait(condition, mutex)
        continue
      }
      var limit = deadline.timespec
      if pthread_cond_timedwait(condition, mutex, &limit) == ETIMEDOUT { return body(&value) }
    }
  }
}
