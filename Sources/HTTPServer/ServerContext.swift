import Platform
import Synchronization

/// What all loops of a server share.
final class ServerContext: Sendable {
  let configuration: ServerConfiguration
  let clock: any Clock
  let metrics: HTTPMetrics
  let deliveryMetrics: DeliveryMetrics
  let readers: ReaderPool
  /// Large buffers for the `read` strategy; measured: larger ones leave the processor's cache.
  let readBuffers = BufferPool(capacity: 256 << 10, idleMax: 8)
  private let connections = Atomic(0)

  init(
    configuration: ServerConfiguration, clock: any Clock, metrics: HTTPMetrics,
    deliveryMetrics: DeliveryMetrics
  ) throws(SystemError) {
    self.configuration = configuration
    self.clock = clock
    self.metrics = metrics
    self.deliveryMetrics = deliveryMetrics
    readers = try ReaderPool(threads: configuration.readerThreads)
  }

  /// Counts a connection in; false if there are as many as there may be. Either way it must be
  /// counted out.
  func countIn() -> Bool {
    metrics.openConnections.add(1)
    let before = connections.add(1, ordering: .relaxed).oldValue
    return before < configuration.connectionsMax
  }

  func countOut() {
    metrics.openConnections.add(-1)
    connections.subtract(1, ordering: .relaxed)
  }
}
