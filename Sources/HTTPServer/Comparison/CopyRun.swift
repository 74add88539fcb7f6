import Metrics
import Platform

/// A comparison: the same file regions go over a loopback connection by each strategy in turn,
/// round after round, so that whatever else happens on the machine happens to all of them.
///
/// The first round is for warming up: it brings the pages in, makes the map, opens the connection's
/// windows, and is not counted.
public struct CopyRun: Sendable {
  /// Why there is no result.
  public enum Failure: Error, Sendable {
    /// Somebody asked for it to stop.
    case cancelled
    /// It took longer than it may.
    case outOfTime
    /// The connection broke, or the file could not be read to its end.
    case broken
    /// No connection could be made.
    case system(SystemError)
  }

  private let regions: FileRegions
  private let strategies: [CopyStrategy]
  private let rounds: Int
  private let milliseconds: Int
  private let clock: any Clock

  /// A comparison of `strategies` over so many measured rounds, which may take so many
  /// milliseconds.
  public init(
    _ regions: FileRegions, strategies: [CopyStrategy], rounds: Int, milliseconds: Int,
    clock: any Clock
  ) {
    self.regions = regions
    self.strategies = strategies
    self.rounds = rounds
    self.milliseconds = milliseconds
    self.clock = clock
  }

  /// Runs it on the calling thread, which must be one that may wait, and on one of its own for the
  /// receiver.
  public func run(isCancelled: @escaping () -> Bool) throws(Failure) -> [CopyCost] {
    let deadline = clock.monotonicTime().advanced(byMilliseconds: milliseconds)
    let sender: CopySender
    do {
      sender = try CopySender(clock: clock, deadline: deadline, isCancelled: isCancelled)
    } catch {
      throw .system(error)
    }
    defer { sender.stop() }
    let bytes = regions.bytes
    let unmeasured = DeliveryMetrics(MetricsRegistry())
    // Figures of this run alone: what the server delivers meanwhile is counted elsewhere.
    let measured = DeliveryMetrics(MetricsRegistry())
    var costs = strategies.map { CopyCost($0) }
    for round in 0...rounds {
      for index in costs.indices {
        let metrics = round == 0 ? unmeasured : measured
        let sample = try sender.send(regions, costs[index].strategy, metrics)
        guard round > 0 else { continue }
        costs[index].add(bytes: bytes, nanoseconds: sample.nanoseconds, usage: sample.usage)
      }
    }
    for price in measured.prices {
      for index in costs.indices where costs[index].strategy == price.strategy {
        costs[index].systemCalls = Int(price.systemCalls)
      }
    }
    return costs
  }
}
