import Broker
import HTTPServer
import Log
import Logging
import Metrics
import Platform
import Synchronization

/// What all loops' handlers share: the broker once it is open, the metrics, and how far the server
/// has come.
public final class Service: Sendable {
  /// How far a server has come.
  public enum Phase: Int, Sendable {
    /// The data directory is being opened.
    case recovering
    /// Everything works.
    case serving
    /// Requests under way are finished, no new ones should come.
    case draining
  }

  /// The program's version.
  public let version: String
  /// What is exposed at `/metrics`.
  public let registry: MetricsRegistry
  /// Where time comes from.
  public let clock: any Clock
  /// What the log counts.
  public let logMetrics: LogMetrics
  /// What the HTTP server counts.
  public let httpMetrics: HTTPMetrics
  /// What each copy strategy costs.
  public let deliveryMetrics: DeliveryMetrics
  /// What is counted of delayed records.
  public let delayMetrics: DelayMetrics
  let groupMetrics: GroupMetrics
  /// Answers without an end.
  let streams: Streams
  /// Searches by key.
  let keySearches: KeySearches
  /// The overview, for those who listen to it.
  let statusFeed = StatusFeed()
  /// The comparison of copy strategies.
  let comparison: CopyComparison
  let logger: Logger
  let options: ServiceOptions
  let startMilliseconds: Int64
  let rates: Rates
  private let opened = Lock<Broker?>(nil)
  private let currentPhase = Atomic(Phase.recovering.rawValue)
  private let waiters = Atomic(0)
  private let lastSpace = Lock<DiskSpace?>(nil)

  /// A service that is not open yet.
  public init(
    version: String, registry: MetricsRegistry, clock: any Clock, logger: Logger,
    options: ServiceOptions
  ) {
    self.version = version
    self.registry = registry
    logMetrics = LogMetrics(registry)
    httpMetrics = HTTPMetrics(registry)
    deliveryMetrics = DeliveryMetrics(registry)
    groupMetrics = GroupMetrics(registry)
    delayMetrics = DelayMetrics(registry)
    streams = Streams(registry, limit: options.streamsMax)
    keySearches = KeySearches(registry, limit: options.keySearchesMax)
    comparison = CopyComparison(
      registry, clock: clock, limitMilliseconds: options.comparisonMillisecondsMax)
    self.clock = clock
    self.logger = logger
    self.options = options
    startMilliseconds = clock.wallMilliseconds()
    rates = Rates(clock: clock)
    GroupMetrics.collect(registry, self)
    TransactionMetrics.collect(registry, self)
    DelayFigures.collect(registry, self)
    StorageMetrics.collect(registry, self)
  }

  /// How far the server has come.
  public var phase: Phase { Phase(rawValue: currentPhase.load(ordering: .acquiring))! }

  /// The data is open: requests are answered from now on.
  public func open(_ broker: Broker) throws(SystemError) {
    try statusFeed.start(clock: clock) { [weak self] buffer in
      if let self { EventsResource.render(self, broker, into: buffer) }
    }
    opened.withLock { $0 = broker }
    sampleSpace()
    currentPhase.store(Phase.serving.rawValue, ordering: .releasing)
  }

  /// Takes a sample of the counters whose rates `/v1/status` shows; to be called once a second.
  public func sampleRates() {
    rates.add(
      Rates.Sample(
        time: clock.monotonicTime(), records: logMetrics.appendedRecords.value,
        appendedBytes: logMetrics.appendedBytes.value, requests: httpMetrics.answerCount,
        deliveredBytes: deliveryMetrics.prices.reduce(0) { $0 + $1.bytes }))
  }

  /// Looks at how much room the data has; to be called once a second, where waiting for the disk
  /// does no harm.
  public func sampleSpace() {
    let space = broker?.space
    lastSpace.withLock { $0 = space }
  }

  /// How much room the data had a moment ago; `nil` when that cannot be told.
  var space: DiskSpace? { lastSpace.withLock { $0 } }

  /// The server is about to stop: `/readyz` says so.
  public func beginDraining() {
    currentPhase.store(Phase.draining.rawValue, ordering: .releasing)
    comparison.cancel()
  }

  /// Ends the service's own threads, once no request is under way any more.
  public func stop() {
    statusFeed.stop()
    comparison.stop()
  }

  var broker: Broker? { opened.withLock { $0 } }

  /// Counts a long poll in; false if there are as many as there may be.
  func countWaiterIn(limit: Int) -> Bool {
    if waiters.add(1, ordering: .relaxed).oldValue < limit { return true }
    waiters.subtract(1, ordering: .relaxed)
    return false
  }

  func countWaiterOut() { waiters.subtract(1, ordering: .relaxed) }
}
