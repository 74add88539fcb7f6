import Platform

/// One line on the terminal that says how far a measurement has come: it is made of steps, and
/// each of them of a part that is done. Nothing where nobody watches. Belongs to one thread.
final class Progress {
  private static let cells = 30
  private static let intervalNanoseconds: UInt64 = 100_000_000

  private let total: Int
  private let isShown: Bool
  private let clock: any Clock
  private let say: (String) -> Void
  private var done = 0
  private var what = ""
  private var shown: MonotonicTime?

  /// - Parameter say: takes what goes to the terminal.
  init(
    steps: Int, isShown: Bool = StandardError.isTerminal, clock: any Clock = SystemClock(),
    say: @escaping (String) -> Void = { StandardError.write($0) }
  ) {
    total = max(1, steps)
    self.isShown = isShown
    self.clock = clock
    self.say = say
  }

  deinit { clear() }

  /// The next step begins.
  func begin(_ what: String) {
    self.what = what
    if isShown { show(0, "") }
  }

  /// So much of the step is done, from 0 to 1. What comes right behind the last line is left out.
  func advance(to part: Double, _ detail: @autoclosure () -> String = "") {
    guard isShown else { return }
    if let shown, clock.monotonicTime().nanoseconds(since: shown) < Progress.intervalNanoseconds {
      return
    }
    show(min(1, max(0, part)), detail())
  }

  /// The step is over.
  func step() { done += 1 }

  /// Takes the line away, so that something else can be said.
  func clear() {
    if shown != nil { say("\r\u{1B}[K") }
    shown = nil
  }

  private func show(_ part: Double, _ detail: String) {
    shown = clock.monotonicTime()
    let share = min(1, (Double(done) + part) / Double(total))
    let full = Int(share * Double(Progress.cells))
    let bar =
      String(repeating: "#", count: full) + String(repeating: "-", count: Progress.cells - full)
    say("\r[\(bar)] \(Int(share * 100)) %, \(what)\(detail.isEmpty ? "" : ", ")\(detail)\u{1B}[K")
  }
}
