import CLinux
import Glibc
import Synchronization

/// A plain kernel thread with a name, joined by whoever started it.
public final class Thread: Sendable {
  private struct Handle: @unchecked Sendable {
    var thread: pthread_t
  }

  private final class Body {
    let name: String
    let run: () -> Void
    init(name: String, run: @escaping () -> Void) {
      self.name = name
      self.run = run
    }
  }

  private let handle: Handle
  private let joined = Atomic(false)

  /// Starts a thread. `name` shows in the system's tools, cut to 15 bytes.
  ///
  /// All signals are blocked in it: they belong to the main thread.
  public init(name: String, _ run: sending @escaping () -> Void) throws(SystemError) {
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let body = Unmanaged.passRetained(Body(name: name, run: run))
    var thread = pthread_t()
    let result = pthread_create(
      &thread, nil,
      { argument in
        let body = Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue()
        pthread_setname_np(pthread_self(), String(body.name.prefix(15)))
        body.run()
        return nil
      }, body.toOpaque())
    guard result == 0 else {
      body.release()
      throw SystemError(code: result, operation: "pthread_create", subject: name)
    }
    handle = Handle(thread: thread)
  }

  /// Waits until the thread has ended. To be called once: by the second time its handle may be
  /// another thread's.
  public func join() {
    let again = joined.exchange(true, ordering: .relaxed)
    precondition(!again, "a thread is joined once")
    pthread_join(handle.thread, nil)
  }

  /// Lets other threads that wait for this core go first, if there are any.
  public static func yield() { sched_yield() }
}
