import Metrics
import Platform

/// The price of each way of copying: one set of counters for each strategy and cache state.
public struct DeliveryMetrics: Sendable {
  private struct Cell: Sendable {
    let bytes: Counter
    let calls: Counter
    let userTime: Counter
    let systemTime: Counter
    let minorFaults: Counter
    let majorFaults: Counter
    let voluntarySwitches: Counter
    let involuntarySwitches: Counter
    let duration: Histogram
  }

  /// Cells by strategy, hot before cold.
  private let cells: [Cell]

  /// Registers `sluice_delivery_*`.
  public init(_ registry: MetricsRegistry) {
    var cells: [Cell] = []
    for strategy in CopyStrategy.allCases {
      for cache in ["hot", "cold"] {
        cells.append(
          DeliveryMetrics.cell(registry, [("strategy", strategy.rawValue), ("cache", cache)]))
      }
    }
    self.cells = cells
  }

  private static func cell(_ registry: MetricsRegistry, _ labels: [(String, String)]) -> Cell {
    func counter(
      _ name: String, _ help: String, unit: MetricUnit = .none, _ more: [(String, String)] = []
    ) -> Counter {
      registry.counter("sluice_delivery_" + name, help: help, unit: unit, labels: labels + more)
    }
    let cpu = "CPU time of the delivering thread while it delivered."
    let faults = "Page faults of the delivering thread while it delivered."
    let switches = "Context switches of the delivering thread while it delivered."
    return Cell(
      bytes: counter("bytes_total", "File bytes delivered.", unit: .bytes),
      calls: counter("syscalls_total", "System calls that looked for, read or sent them."),
      userTime: counter(
        "cpu_seconds_total", cpu, unit: .microseconds, [("mode", "user")]),
      systemTime: counter(
        "cpu_seconds_total", cpu, unit: .microseconds, [("mode", "system")]),
      minorFaults: counter("page_faults_total", faults, [("kind", "minor")]),
      majorFaults: counter("page_faults_total", faults, [("kind", "major")]),
      voluntarySwitches: counter("context_switches_total", switches, [("kind", "voluntary")]),
      involuntarySwitches: counter("context_switches_total", switches, [("kind", "involuntary")]),
      duration: registry.histogram(
        "sluice_delivery_duration_seconds",
        help: "From the first to the last byte of a delivery.", unit: .nanoseconds,
        labels: labels, bounds: Histogram.latencyNanoseconds))
  }

  /// What each strategy has cost so far.
  public var prices: [StrategyPrice] {
    CopyStrategy.allCases.map { strategy in
      let both = [cell(strategy, isCold: false), cell(strategy, isCold: true)]
      func sum(_ value: (Cell) -> UInt64) -> UInt64 { both.reduce(0) { $0 + value($1) } }
      return StrategyPrice(
        strategy: strategy, bytes: sum { $0.bytes.value }, systemCalls: sum { $0.calls.value },
        userMicroseconds: sum { $0.userTime.value },
        systemMicroseconds: sum { $0.systemTime.value },
        deliveryNanoseconds: sum { $0.duration.sum },
        pageFaults: sum { $0.minorFaults.value + $0.majorFaults.value },
        contextSwitches: sum { $0.voluntarySwitches.value + $0.involuntarySwitches.value })
    }
  }

  private func cell(_ strategy: CopyStrategy, isCold: Bool) -> Cell {
    let row =
      switch strategy {
      case .read: 0
      case .mmap: 2
      case .sendfile: 4
      }
    return cells[row + (isCold ? 1 : 0)]
  }

  func add(
    _ strategy: CopyStrategy, isCold: Bool, bytes: Int, calls: Int, from: ThreadUsage,
    to: ThreadUsage
  ) {
    let cell = cell(strategy, isCold: isCold)
    cell.bytes.add(bytes)
    cell.calls.add(calls)
    cell.userTime.add(max(0, to.userMicroseconds - from.userMicroseconds))
    cell.systemTime.add(max(0, to.systemMicroseconds - from.systemMicroseconds))
    if to.minorFaults != from.minorFaults {
      cell.minorFaults.add(to.minorFaults - from.minorFaults)
    }
    if to.majorFaults != from.majorFaults {
      cell.majorFaults.add(to.majorFaults - from.majorFaults)
    }
    cell.voluntarySwitches.add(to.voluntarySwitches - from.voluntarySwitches)
    cell.involuntarySwitches.add(to.involuntarySwitches - from.involuntarySwitches)
  }

  func observe(_ strategy: CopyStrategy, isCold: Bool, nanoseconds: UInt64) {
    cell(strategy, isCold: isCold).duration.observe(nanoseconds)
  }
}
