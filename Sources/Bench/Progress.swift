import Platform

/// One line on the terminal that says how far a measurement has come; nothing where nobody watches.
final class Progress {
  private let isShown = StandardError.isTerminal
  private let total: Int
  private var done = 0

  init(steps: Int) { total = steps }

  deinit { clear() }

  /// Says what is being done now.
  func begin(_ what: String) {
    guard isShown else { return }
    let percent = total > 0 ? done * 100 / total : 0
    StandardError.write("\r\u{1B}[K\(percent) %  \(done)/\(total)  \(what)")
  }

  /// One step more is done.
  func step() { done += 1 }

  func clear() {
    if isShown { StandardError.write("\r\u{1B}[K") }
  }
}
