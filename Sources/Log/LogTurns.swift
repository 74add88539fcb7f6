import Platform

/// The thread that writes and syncs the logs for which much came, turn by turn, so that what is
/// small does not wait for it.
final class LogTurns: Sendable {
  private let mailbox = Mailbox<LogTurn>()
  private let ended = Mailbox<LogTurn>()
  private let thread: Thread

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - makeGroup: makes what it works with, on it.
  ///   - notify: called on it after each turn.
  init(
    _ makeGroup: @escaping @Sendable () -> GroupCommit, notify: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    let mailbox = mailbox
    let ended = ended
    thread = try Thread(name: "log-turns") {
      let group = makeGroup()
      var turns: [LogTurn] = []
      while mailbox.take(into: &turns, until: nil) {
        for turn in turns {
          turn.run(group)
          ended.post(turn)
          notify()
        }
      }
    }
  }

  func post(_ turn: LogTurn) { mailbox.post(turn) }

  /// Swaps the turns that have ended into `turns`.
  func takeEnded(into turns: inout [LogTurn]) { ended.takeWaiting(into: &turns) }

  /// The same, but waits until there is one.
  func waitForEnded(into turns: inout [LogTurn]) { _ = ended.take(into: &turns, until: nil) }

  /// Ends the thread once all turns have ended.
  func stop() {
    mailbox.close()
    thread.join()
  }
}
