import Glibc

/// Another run of a program, started and ended by this one. Used by one thread at a time.
public final class ChildProcess {
  private let id: pid_t
  private var isEnded = false

  /// Starts a program; what it says goes to a file.
  ///
  /// - Parameter path: the program; `nil` stands for the one that runs now.
  public init(
    path: String? = nil, arguments: [String], outputTo file: String
  ) throws(SystemError) {
    let path = path ?? "/proc/self/exe"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, file, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var words: [UnsafeMutablePointer<CChar>?] =
      (["sluice"] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var started: pid_t = 0
    let failure = posix_spawn(&started, path, &actions, nil, &words, environ)
    guard failure == 0 else {
      throw SystemError(code: failure, operation: "posix_spawn", subject: path)
    }
    id = started
  }

  deinit { end(by: SIGKILL) }

  /// False once it has ended.
  public var isRunning: Bool {
    guard !isEnded else { return false }
    var status: CInt = 0
    isEnded = waitpid(id, &status, WNOHANG) == id
    return !isEnded
  }

  /// Asks it to stop (`SIGTERM`) and waits for its end.
  public func stop() { end(by: SIGTERM) }

  private func end(by signal: CInt) {
    guard !isEnded else { return }
    kill(id, signal)
    var status: CInt = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    isEnded = true
  }
}
