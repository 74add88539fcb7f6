import Platform
import Support
import Testing

@testable import Log

@Suite struct LogWaiterTests {
  /// What fired, in order.
  private final class Fired: Sendable {
    let names = Lock<[Int]>([])
    func waiter(_ name: Int) -> LogWaiter {
      LogWaiter(sink: InlineSink()) { [self] in names.withLock { $0.append(name) } }
    }
  }

  @Test func aWaiterFiresOnceThereIsSomethingAtItsOffset() throws {
    let test = try TestLog()
    let fired = Fired()
    let places: [Int64] = [3, 0, 1, 0, 2]
    for (name, place) in places.enumerated() {
      guard test.log.hold(fired.waiter(name), at: Offset(place)) else {
        throw Disagreement("nothing is there yet")
      }
    }
    var seen: [[Int]] = []
    for _ in 0..<4 {
      test.append([.small("x")])
      seen.append(fired.names.withLock { $0.sorted() })
    }
    #expect(seen == [[1, 3], [1, 2, 3], [1, 2, 3, 4], [0, 1, 2, 3, 4]])
    #expect(!test.log.hold(fired.waiter(9), at: Offset(3)))
    test.data.close()
  }

  @Test func aForgottenWaiterDoesNotFire() throws {
    let test = try TestLog()
    let fired = Fired()
    let waiter = fired.waiter(1)
    #expect(test.log.hold(waiter, at: .zero))
    test.log.forget(waiter)
    test.append([.small("x")])
    #expect(fired.names.withLock { $0 } == [])
    test.data.close()
  }

  @Test func dataAndTimeoutShareOneClaim() throws {
    let test = try TestLog(LogSettings(durability: .memory))
    let writer = test.data.writer
    let log = test.log
    let answers = Lock(0)
    let rounds = 300
    let producer = try Thread(name: "producer") {
      for _ in 0..<rounds { _ = writer.appendAndWait(.of([.small("x")]), to: log) }
    }
    // The timeout races with the writer for each waiter.
    for offset in 0..<rounds {
      let waiter = LogWaiter(sink: InlineSink()) { answers.withLock { $0 += 1 } }
      let holds = log.hold(waiter, at: Offset(Int64(offset)))
      if !holds || offset % 2 == 0 && waiter.claim() { answers.withLock { $0 += 1 } }
    }
    producer.join()
    #expect(answers.withLock { $0 } == rounds)
    test.data.close()
  }

  @Test func aNewSegmentWakesThoseWhoWaitForWhatItMadeVisible() throws {
    let test = try TestLog()
    let fired = Fired()
    #expect(test.log.hold(fired.waiter(1), at: .zero))
    test.append([.small("x")], .written)
    // The clock stands still: nothing else syncs what nobody waits for.
    try test.data.writer.roll(test.log)
    #expect(test.log.frontiers.committed == Offset(1))
    #expect(fired.names.withLock { $0 } == [1])
    test.data.close()
  }
}
