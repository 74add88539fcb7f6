/// What a stretch of time cost the server, by its own `/metrics`.
struct ServerCost: Sendable {
  /// All CPU time of the process, in seconds.
  var cpuSeconds = 0.0
  /// File bytes delivered by the strategy in question, or by all.
  var bytes = 0.0
  /// System calls of these deliveries.
  var systemCalls = 0.0
  /// Context switches of the delivering threads.
  var contextSwitches = 0.0
  /// CPU time of the delivering threads while they delivered, in seconds.
  var deliverySeconds = 0.0

  /// What lies between two readings.
  init(from before: MetricsReading, to after: MetricsReading, strategy: String? = nil) {
    let labels = strategy.map { [(name: "strategy", value: $0)] } ?? []
    func difference(_ name: String, _ labels: [(name: String, value: String)] = []) -> Double {
      after.sum(name, labels) - before.sum(name, labels)
    }
    cpuSeconds = difference("process_cpu_seconds_total")
    bytes = difference("sluice_delivery_bytes_total", labels)
    systemCalls = difference("sluice_delivery_syscalls_total", labels)
    contextSwitches = difference("sluice_delivery_context_switches_total", labels)
    deliverySeconds = difference("sluice_delivery_cpu_seconds_total", labels)
  }
}
