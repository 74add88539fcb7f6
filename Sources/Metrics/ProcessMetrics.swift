/// The `process_` families that every Prometheus client library exposes, by the same names
/// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics).
public enum ProcessMetrics {
  static let families = [
    FamilyDescription(
      "process_cpu_seconds_total", help: "Total user and system CPU time spent in seconds.",
      type: .counter, unit: .nanoseconds),
    FamilyDescription(
      "process_resident_memory_bytes", help: "Resident memory size in bytes.",
      type: .gauge, unit: .bytes),
    FamilyDescription(
      "process_virtual_memory_bytes", help: "Virtual memory size in bytes.",
      type: .gauge, unit: .bytes),
    FamilyDescription(
      "process_open_fds", help: "Number of open file descriptors.", type: .gauge),
    FamilyDescription(
      "process_max_fds", help: "Maximum number of open file descriptors.", type: .gauge),
    FamilyDescription(
      "process_start_time_seconds", help: "Start time of the process since unix epoch in seconds.",
      type: .gauge, unit: .milliseconds),
    FamilyDescription(
      "process_threads", help: "Number of threads in the process.", type: .gauge),
  ]

  /// Registers the families with `registry`; `read` is called once a scrape, on the scraping
  /// thread.
  ///
  /// When `read` gives nil, because `/proc` could not be read, that scrape goes without them.
  public static func register(
    in registry: MetricsRegistry, read: @escaping @Sendable () -> ProcessStatistics?
  ) {
    registry.collector(families) { samples in
      guard let now = read() else { return }
      samples.write("process_cpu_seconds_total", now.cpuNanoseconds)
      samples.write("process_resident_memory_bytes", now.residentBytes)
      samples.write("process_virtual_memory_bytes", now.virtualBytes)
      samples.write("process_open_fds", now.openDescriptors)
      samples.write("process_max_fds", now.descriptorsMax)
      samples.write("process_start_time_seconds", now.startMilliseconds)
      samples.write("process_threads", now.threads)
    }
  }
}
