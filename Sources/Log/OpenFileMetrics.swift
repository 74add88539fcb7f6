import Metrics
import Platform

/// What each scrape tells of the files and maps that are open.
public enum OpenFileMetrics {
  private static let families = [
    FamilyDescription(
      "sluice_log_open_files", help: "Files of logs and journals that are open.", type: .gauge),
    FamilyDescription(
      "sluice_log_open_files_limit",
      help: "How many of them may be; others are closed to make room.", type: .gauge),
    FamilyDescription(
      "sluice_log_file_opens_total",
      help: "Times one was opened: a high rate says that more are used than may be open.",
      type: .counter),
    FamilyDescription(
      "sluice_log_open_maps", help: "Memory maps of log and index files.", type: .gauge),
    FamilyDescription(
      "sluice_log_open_maps_limit", help: "How many of them there may be.", type: .gauge),
    FamilyDescription(
      "sluice_log_file_maps_total", help: "Times a log or index file was mapped.", type: .counter),
  ]

  /// Has each scrape tell how it stands.
  public static func collect(_ registry: MetricsRegistry, _ openFiles: OpenFiles) {
    registry.collector(families) { samples in
      samples.write("sluice_log_open_files", openFiles.files.count)
      samples.write("sluice_log_open_files_limit", openFiles.files.limit)
      samples.write("sluice_log_file_opens_total", openFiles.files.opensTotal)
      samples.write("sluice_log_open_maps", openFiles.maps.count)
      samples.write("sluice_log_open_maps_limit", openFiles.maps.limit)
      samples.write("sluice_log_file_maps_total", openFiles.maps.opensTotal)
    }
  }
}
