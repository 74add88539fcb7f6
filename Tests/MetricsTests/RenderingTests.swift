import Testing

@testable import Metrics

@Suite struct RenderingTests {
  @Test func rendersPrometheusText() {
    #expect(rendered(sampleRegistry(), .prometheus) == prometheusGolden)
  }

  @Test func rendersOpenMetrics() {
    #expect(rendered(sampleRegistry(), .openMetrics) == openMetricsGolden)
  }

  @Test func anEmptyRegistryIsStillAScrape() {
    #expect(rendered(MetricsRegistry(), .prometheus) == "")
    #expect(rendered(MetricsRegistry(), .openMetrics) == "# EOF\n")
  }

  @Test func everyScrapeAsksTheCollectorAgain() {
    let registry = MetricsRegistry()
    let level = Gauge()
    registry.collector([FamilyDescription("level", help: "A level.", type: .gauge)]) { samples in
      level.increment()
      samples.write("level", level.value)
    }
    _ = rendered(registry)
    #expect(rendered(registry) == "# HELP level A level.\n# TYPE level gauge\nlevel 2\n")
  }

  @Test func aProcessThatCannotBeReadIsLeftOut() {
    let registry = MetricsRegistry()
    ProcessMetrics.register(in: registry) { nil }
    #expect(rendered(registry) == "")
  }

  @Test(arguments: [
    (0.0, "0.0"), (-0.5, "-0.5"), (0.1, "0.1"), (1e-05, "1e-05"), (1e300, "1e+300"),
    (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
    (0.1 + 0.2, "0.30000000000000004"),
  ])
  func floatsAreShortestAndInfinitiesAreWords(value: Double, text: String) {
    let registry = MetricsRegistry()
    registry.collector([FamilyDescription("x", help: "X.", type: .gauge)]) { $0.write("x", value) }
    #expect(rendered(registry).hasSuffix("\nx \(text)\n"))
  }

  @Test(arguments: [
    (MetricUnit.none, "x", "1500"), (.bytes, "x_bytes", "1500"), (.seconds, "x_seconds", "1500"),
    (.milliseconds, "x_seconds", "1.5"), (.microseconds, "x_seconds", "0.0015"),
    (.nanoseconds, "x_seconds", "1.5e-06"),
  ])
  func integersAreShownInBaseUnits(unit: MetricUnit, name: String, text: String) {
    let registry = MetricsRegistry()
    registry.gauge(name, help: "X.", unit: unit).set(1500)
    #expect(rendered(registry).hasSuffix("\n\(name) \(text)\n"))
  }
}
