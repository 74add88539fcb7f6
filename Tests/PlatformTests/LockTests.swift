import Platform
import Testing

@Suite struct LockTests {
  @Test func noUpdateIsLostUnderThreads() throws {
    let count = Lock(0)
    let threads = try (0..<4).map { index in
      try Thread(name: "adder-\(index)") {
        for _ in 0..<20_000 { count.withLock { $0 += 1 } }
      }
    }
    for thread in threads { thread.join() }
    #expect(count.withLock { $0 } == 80_000)
  }
}
