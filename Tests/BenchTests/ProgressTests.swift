import Support
import Testing

@testable import Bench

@Suite struct ProgressTests {
  /// What went to the terminal.
  private final class Screen {
    var lines: [String] = []
    var last: String { lines.last ?? "" }
  }

  private static func watch(
    steps: Int, _ clock: ManualClock, isShown: Bool = true
  ) -> (Progress, Screen) {
    let screen = Screen()
    return (
      Progress(steps: steps, isShown: isShown, clock: clock) { screen.lines.append($0) }, screen
    )
  }

  @Test func itMovesWithThePartOfAStepThatIsDone() {
    let clock = ManualClock()
    let (progress, screen) = Self.watch(steps: 2, clock)
    progress.begin("filling")
    #expect(screen.last.contains(" 0 %, filling"))
    clock.advance(milliseconds: 100)
    progress.advance(to: 0.5, "1 of 2 MiB")
    #expect(screen.last.contains(" 25 %, filling, 1 of 2 MiB"))
    #expect(screen.last.contains("[#######-----------------------]"))
    progress.step()
    progress.begin("reading")
    #expect(screen.last.contains(" 50 %, reading"))
    clock.advance(milliseconds: 100)
    progress.advance(to: 7)
    #expect(screen.last.contains(" 100 %, reading"), "a step is done at the most once")
  }

  @Test func aTerminalIsWrittenToTenTimesASecondAtMost() {
    let clock = ManualClock()
    let (progress, screen) = Self.watch(steps: 1, clock)
    progress.begin("reading")
    for part in 1...1000 {
      clock.advance(milliseconds: 1)
      progress.advance(to: Double(part) / 1000)
    }
    #expect(screen.lines.count == 11)
    progress.clear()
    #expect(screen.last == "\r\u{1B}[K")
  }

  @Test func whereNobodyWatchesNothingIsWritten() {
    let clock = ManualClock()
    let (progress, screen) = Self.watch(steps: 1, clock, isShown: false)
    progress.begin("reading")
    clock.advance(milliseconds: 1000)
    progress.advance(to: 0.5)
    progress.clear()
    #expect(screen.lines.isEmpty)
  }
}
