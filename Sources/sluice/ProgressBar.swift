import Platform

/// How far long work has come, on one line of standard error that is written again and again. Where
/// no terminal looks at it, nothing is written.
struct ProgressBar {
  private static let cells = 30
  private static let intervalNanoseconds: UInt64 = 100_000_000

  private let title: String
  private let totalBytes: Int
  private let isShown: Bool
  private let clock = SystemClock()
  private let start: MonotonicTime
  private var shown: MonotonicTime
  private var isThere = false

  init(_ title: String, totalBytes: Int, isShown: Bool = StandardError.isTerminal) {
    self.title = title
    self.totalBytes = totalBytes
    self.isShown = isShown && totalBytes > 0
    start = clock.monotonicTime()
    shown = start
  }

  /// So many bytes are done.
  mutating func advance(to bytes: Int) {
    guard isShown else { return }
    let now = clock.monotonicTime()
    guard now.nanoseconds(since: shown) >= ProgressBar.intervalNanoseconds else { return }
    shown = now
    isThere = true
    StandardError.write("\r" + line(bytes, nanoseconds: now.nanoseconds(since: start)))
  }

  /// Takes the line away, so that something else can be said.
  mutating func clear() {
    if isThere { StandardError.write("\r\u{1B}[K") }
    isThere = false
  }

  /// The work is over.
  mutating func end() { clear() }

  /// The line as it stands after so many bytes and so much time.
  func line(_ bytes: Int, nanoseconds: UInt64) -> String {
    let share = min(1, Double(bytes) / Double(max(1, totalBytes)))
    let full = Int(share * Double(ProgressBar.cells))
    let bar =
      String(repeating: "#", count: full)
      + String(repeating: "-", count: ProgressBar.cells - full)
    let perSecond = Double(bytes) / max(1e-9, Double(nanoseconds) / 1e9) / 1e6
    return "\(title) [\(bar)] \(Int(share * 100)) %, \(Int(perSecond)) MB/s\u{1B}[K"
  }
}
