import Platform
import Synchronization
import Testing

@testable import Metrics

@Suite struct InstrumentTests {
  static let edges: [(value: UInt64, cumulative: [UInt64])] = [
    (0, [1, 1, 1]), (1, [1, 1, 1]), (2, [0, 1, 1]), (10, [0, 1, 1]), (11, [0, 0, 1]),
    (.max, [0, 0, 1]),
  ]

  @Test(arguments: edges)
  func aBoundBelongsToItsBucket(value: UInt64, cumulative: [UInt64]) {
    let histogram = Histogram(bounds: [1, 10])
    histogram.observe(value)
    #expect(histogram.cumulativeCounts == cumulative)
    #expect(histogram.sum == value)
  }

  @Test func countsAreCumulative() {
    let histogram = Histogram(bounds: [1, 10, 100])
    for value: UInt64 in [1, 5, 6, 50, 500, 5000] { histogram.observe(value) }
    #expect(histogram.cumulativeCounts == [1, 3, 4, 6])
    #expect(histogram.count == 6)
  }

  @Test func aGaugeMovesBothWays() {
    let gauge = Gauge()
    gauge.set(5)
    gauge.add(-7)
    gauge.increment()
    gauge.decrement()
    gauge.decrement()
    #expect(gauge.value == -3)
  }

  @Test func concurrentUpdatesLoseNothing() {
    let counter = Counter()
    let gauge = Gauge()
    let histogram = Histogram(bounds: [0, 1, 2])
    let rounds = 20_000
    onThreads(4) {
      for round in 0..<rounds {
        counter.increment()
        counter.add(2)
        gauge.add(3)
        gauge.decrement()
        histogram.observe(UInt64(round % 4))
      }
    }
    let quarter = UInt64(rounds)
    #expect(counter.value == 12 * quarter)
    #expect(gauge.value == 8 * rounds)
    #expect(histogram.cumulativeCounts == [quarter, 2 * quarter, 3 * quarter, 4 * quarter])
    #expect(histogram.sum == 6 * quarter)
  }

  @Test func aScrapeInTheMiddleOfUpdatesIsConsistent() {
    let registry = MetricsRegistry()
    let histogram = registry.histogram("x", help: "X.", unit: .none, bounds: [1])
    let torn = Atomic<Int>(0)
    let turn = Atomic<Int>(0)
    onThreads(2) {
      let scraping = turn.wrappingAdd(1, ordering: .relaxed).oldValue == 0
      for _ in 0..<500 {
        guard scraping else {
          for value: UInt64 in 0..<20 { histogram.observe(value) }
          continue
        }
        let lines = rendered(registry).split(separator: "\n")
        let infinite = lines.first { $0.contains("+Inf") }?.split(separator: " ").last
        if infinite != lines.last?.split(separator: " ").last {
          torn.wrappingAdd(1, ordering: .relaxed)
        }
      }
    }
    #expect(torn.load(ordering: .relaxed) == 0)
  }

  @Test func powersOfTwoEndWithTheLast() {
    #expect(Histogram.powersOfTwo(through: 8) == [1, 2, 4, 8])
    #expect(Histogram.powersOfTwo(through: 1) == [1])
  }

  @Test func latencyBoundsAscend() {
    let bounds = Histogram.latencyNanoseconds
    #expect(bounds == bounds.sorted())
    #expect(Set(bounds).count == bounds.count)
  }
}
