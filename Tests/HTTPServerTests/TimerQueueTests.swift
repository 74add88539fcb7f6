import Platform
import Support
import Testing

@testable import HTTPServer

/// Timers fire in their order, once, unless they were cancelled.
@Suite struct TimerQueueTests {
  private static func instant(_ milliseconds: Int) -> MonotonicTime {
    MonotonicTime(nanoseconds: 0).advanced(byMilliseconds: milliseconds)
  }

  @Test func timersFireInTheirOrderAndNotBeforeTheirTime() {
    var queue = TimerQueue()
    var fired: [Int] = []
    var random = SeededGenerator(3)
    var dues: [Int] = []
    for _ in 0..<200 {
      let due = random.below(1000)
      dues.append(due)
      queue.add(LoopTimer { fired.append(due) }, due: TimerQueueTests.instant(due))
    }
    for now in stride(from: 0, through: 1000, by: 50) {
      while let timer = queue.popDue(TimerQueueTests.instant(now)) { timer.fire() }
      #expect(fired == dues.filter { $0 <= now }.sorted())
    }
    #expect(queue.nextDue == nil)
  }

  @Test func cancelledTimersAreNotKeptUntilTheyWereDue() {
    var queue = TimerQueue()
    var fired = 0
    for number in 0..<10_000 {
      let timer = LoopTimer { fired += 1 }
      queue.add(timer, due: TimerQueueTests.instant(1000 + number))
      if number % 100 != 0 { timer.cancel() }
    }
    #expect(queue.count < 500)
    while let timer = queue.popDue(TimerQueueTests.instant(20_000)) { timer.fire() }
    #expect(fired == 100)
    #expect(queue.count == 0)
  }

  @Test func cancelledTimersNeverFire() {
    var queue = TimerQueue()
    var fired = 0
    let timers = (0..<10).map { _ in LoopTimer { fired += 1 } }
    for timer in timers { queue.add(timer, due: TimerQueueTests.instant(10)) }
    for timer in timers.prefix(4) { timer.cancel() }
    while let timer = queue.popDue(TimerQueueTests.instant(10)) { timer.fire() }
    #expect(fired == 6)
    for timer in timers { timer.fire() }
    #expect(fired == 6)
  }
}
