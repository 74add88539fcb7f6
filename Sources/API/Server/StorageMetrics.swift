import Broker
import Metrics

/// What each scrape tells of the disk and of what lies on it.
enum StorageMetrics {
  private static let families = [
    FamilyDescription(
      "sluice_storage_online", help: "Whether the data directory takes writes: 1, or 0.",
      type: .gauge),
    FamilyDescription(
      "sluice_storage_size_bytes", help: "Size of the file system that holds the data.",
      type: .gauge, unit: .bytes),
    FamilyDescription(
      "sluice_storage_available_bytes", help: "What can still be written to that file system.",
      type: .gauge, unit: .bytes),
    FamilyDescription(
      "sluice_storage_log_bytes", help: "Size of all topics' logs.", type: .gauge, unit: .bytes),
    FamilyDescription("sluice_topics", help: "Topics there are.", type: .gauge),
    FamilyDescription("sluice_partitions", help: "Partitions of all topics.", type: .gauge),
  ]

  /// Has each scrape tell how it stands.
  static func collect(_ registry: MetricsRegistry, _ service: Service) {
    registry.collector(families) { [weak service] samples in
      guard let service, let broker = service.broker else { return }
      samples.write("sluice_storage_online", broker.whyOffline == nil ? 1 : 0)
      if let space = service.space {
        samples.write("sluice_storage_size_bytes", space.totalBytes)
        samples.write("sluice_storage_available_bytes", space.availableBytes)
      }
      let topics = broker.topics
      samples.write("sluice_storage_log_bytes", topics.reduce(0) { $0 + $1.bytes })
      samples.write("sluice_topics", topics.count)
      samples.write("sluice_partitions", topics.reduce(0) { $0 + $1.partitions.count })
    }
  }
}
