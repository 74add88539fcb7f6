import Metrics
import Platform

/// What a scrape of `registry` looks like.
func rendered(_ registry: MetricsRegistry, _ format: ExpositionFormat = .prometheus) -> String {
  let buffer = ByteBuffer()
  registry.render(format, into: buffer)
  return String(decoding: buffer.bytes, as: UTF8.self)
}

/// A registry with one of everything that can be rendered, and some numbers in it.
func sampleRegistry() -> MetricsRegistry {
  let registry = MetricsRegistry()
  let help = "Requests answered, by method."
  let requests = "sluice_http_requests_total"
  registry.counter(requests, help: help, labels: [("method", "GET")]).add(3)
  let cpu = registry.counter(
    "sluice_delivery_cpu_seconds_total", help: "CPU time, as \"user\" or \\system\\\nby thread.",
    unit: .nanoseconds, labels: [("mode", "user"), ("strategy", "sendfile")])
  cpu.add(UInt64(1_250_000_000))
  registry.counter(requests, help: help, labels: [("method", "PUT")]).increment()
  registry.gauge("sluice_buffered_bytes", help: "Bytes in flight.", unit: .bytes).add(-7)
  let latency = registry.histogram(
    "sluice_sync_seconds", help: "Time of a sync.", unit: .nanoseconds,
    bounds: [10_000, 1_000_000, 2_000_000_000])
  for value: UInt64 in [10_000, 10_001, 2_000_000_001] { latency.observe(value) }
  let batches = registry.histogram(
    "sluice_sync_batches", help: "Batches a sync.", unit: .none, labels: [("log", "a")],
    bounds: [1, 2])
  batches.observe(2)
  registry.collector([
    FamilyDescription("sluice_topic_bytes", help: "Size.", type: .gauge, unit: .bytes),
    FamilyDescription("sluice_topic_lag_seconds", help: "Lag.", type: .gauge, unit: .seconds),
    FamilyDescription("sluice_topic_appends_total", help: "Appends.", type: .counter),
    FamilyDescription("sluice_topic_nothing", help: "Never written.", type: .gauge),
  ]) { samples in
    for topic in ["a\"b\\c\nd", "é"] {
      samples.write("sluice_topic_appends_total", labels: [("topic", topic)], 5)
      samples.write("sluice_topic_bytes", labels: [("topic", topic)], UInt64.max)
      samples.write("sluice_topic_lag_seconds", labels: [("topic", topic)], -Double.infinity)
    }
  }
  ProcessMetrics.register(in: registry) {
    ProcessStatistics(
      cpuNanoseconds: 1_500_000_000, residentBytes: 4096, virtualBytes: 8192, openDescriptors: 9,
      descriptorsMax: 1024, startMilliseconds: 1_700_000_000_123, threads: 4)
  }
  return registry
}
