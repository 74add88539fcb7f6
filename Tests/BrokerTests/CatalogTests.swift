import Log
import Metrics
import Platform
import Support
import Testing

@testable import Broker

/// Which topics there are is known after a restart, snapshots or not.
@Suite struct CatalogTests {
  private static func open(_ directory: TemporaryDirectory) throws -> (DataDirectory, Catalog) {
    let clock = ManualClock()
    let data = try DataDirectory(
      directory.path, clock: clock, metrics: LogMetrics(MetricsRegistry())
    ) { _ in }
    let catalog = try Catalog(engine: data, clock: clock, limits: BrokerLimits()) { _ in }
    return (data, catalog)
  }

  @Test(arguments: [true, false])
  func theEventThatBringsASnapshotIsInIt(isDeletion: Bool) throws {
    let directory = TemporaryDirectory()
    let (data, catalog) = try CatalogTests.open(directory)
    _ = try catalog.create("a", partitions: 1, config: TopicConfig())
    var config = TopicConfig()
    for event in 2..<Catalog.eventsBeforeSnapshot {
      config.log.segmentBytes = (1 << 20) + event
      _ = try catalog.change("a", partitions: nil, config: config)
    }
    #expect(!DiskFileSystem().exists(directory.path("state/catalog/snapshot")))
    if isDeletion {
      try catalog.delete("a")
    } else {
      _ = try catalog.create("b", partitions: 1, config: TopicConfig())
    }
    #expect(DiskFileSystem().exists(directory.path("state/catalog/snapshot")))
    data.close()
    let (again, found) = try CatalogTests.open(directory)
    #expect(found.topics.keys.sorted() == (isDeletion ? [] : ["a", "b"]))
    again.close()
  }
}
