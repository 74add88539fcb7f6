import Glibc

/// The signals that ask a server to go: SIGTERM and SIGINT.
public enum TerminationSignals {
  /// Keeps them, and SIGPIPE, from killing the process. To be called on the main thread before any
  /// other thread starts.
  public static func block() {
    signal(SIGPIPE, SIG_IGN)
    var set = waited()
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Waits for one of them and gives its name.
  public static func wait() -> String {
    var set = waited()
    var number: CInt = 0
    while sigwait(&set, &number) != 0 {}
    return number == SIGTERM ? "SIGTERM" : "SIGINT"
  }

  private static func waited() -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGINT)
    return set
  }
}
