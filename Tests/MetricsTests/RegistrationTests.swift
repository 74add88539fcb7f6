import Testing

@testable import Metrics

@Suite struct RegistrationTests {
  typealias Case = (family: FamilyDescription, says: String?)

  static let families: [Case] = [
    (FamilyDescription("a_total", help: "A.", type: .counter), nil),
    (FamilyDescription("a_bytes_total", help: "A.", type: .counter, unit: .bytes), nil),
    (FamilyDescription("a_seconds", help: "A.", type: .histogram, unit: .nanoseconds), nil),
    (FamilyDescription("a_info", help: "A.", type: .gauge), nil),
    (FamilyDescription("_a1", help: "A.", type: .gauge), nil),
    (FamilyDescription("", help: "A.", type: .gauge), "not a metric name"),
    (FamilyDescription("1a", help: "A.", type: .gauge), "not a metric name"),
    (FamilyDescription("a:b", help: "A.", type: .gauge), "not a metric name"),
    (FamilyDescription("a-b", help: "A.", type: .gauge), "not a metric name"),
    (FamilyDescription("é", help: "A.", type: .gauge), "not a metric name"),
    (FamilyDescription("a[b", help: "A.", type: .gauge), "not a metric name"),
    (FamilyDescription("a", help: "", type: .gauge), "no help"),
    (FamilyDescription("a", help: "A.", type: .counter), "lacks _total"),
    (FamilyDescription("a_total", help: "A.", type: .gauge), "_total is reserved"),
    (FamilyDescription("a_count", help: "A.", type: .gauge), "_count is reserved"),
    (FamilyDescription("a_sum_total", help: "A.", type: .counter), "_sum is reserved"),
    (FamilyDescription("a_total", help: "A.", type: .counter, unit: .bytes), "its unit, bytes"),
    (FamilyDescription("a_ms", help: "A.", type: .gauge, unit: .milliseconds), "its unit, seconds"),
  ]

  @Test(arguments: families)
  func familiesAreChecked(family: FamilyDescription, says: String?) {
    #expect(matches(family.complaint, says))
  }

  static let labelSets: [(names: [String], type: MetricType, says: String?)] = [
    ([], .counter, nil), (["b", "a"], .counter, nil), (["le"], .gauge, nil),
    (["le"], .histogram, "own label"), (["a", "b", "a"], .gauge, "given twice"),
    (["__a"], .gauge, "Prometheus's own"), ([""], .gauge, "not a label name"),
    (["a b"], .gauge, "not a label name"), (["a:b"], .gauge, "not a label name"),
    (["0"], .gauge, "not a label name"),
  ]

  @Test(arguments: labelSets)
  func labelsAreChecked(names: [String], type: MetricType, says: String?) {
    #expect(matches(LabelSet(names.map { ($0, "v") }).complaint(for: type), says))
  }

  private func matches(_ complaint: String?, _ says: String?) -> Bool {
    guard let says else { return complaint == nil }
    return complaint?.contains(says) ?? false
  }

  @Test func childrenMayBeRegisteredInAnyLabelOrder() {
    let registry = MetricsRegistry()
    let first = registry.gauge("a", help: "A.", labels: [("x", "1"), ("y", "2")])
    let second = registry.gauge("a", help: "A.", labels: [("y", "1"), ("x", "2")])
    first.set(1)
    second.set(2)
    #expect(rendered(registry).hasSuffix("\na{x=\"1\",y=\"2\"} 1\na{y=\"1\",x=\"2\"} 2\n"))
  }

  @Test func aMalformedNameStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = MetricsRegistry().counter("requests", help: "Lacks its suffix.")
    }
  }

  @Test func aMalformedLabelStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = MetricsRegistry().gauge("a", help: "A.", labels: [("x y", "1")])
    }
  }

  @Test func anotherTypeUnderOneNameStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let registry = MetricsRegistry()
      _ = registry.counter("a_total", help: "A.")
      _ = registry.gauge("a", help: "A.")
    }
  }

  @Test func theSameChildTwiceStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let registry = MetricsRegistry()
      _ = registry.gauge("a", help: "A.", labels: [("x", "1"), ("y", "2")])
      _ = registry.gauge("a", help: "A.", labels: [("y", "2"), ("x", "1")])
    }
  }

  @Test func otherLabelNamesStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let registry = MetricsRegistry()
      _ = registry.gauge("a", help: "A.", labels: [("x", "1")])
      _ = registry.gauge("a", help: "A.", labels: [("y", "1")])
    }
  }

  @Test func boundsThatDoNotAscendStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = MetricsRegistry().histogram("a", help: "A.", unit: .none, bounds: [1, 2, 2])
    }
  }

  @Test func aCollectorsForeignFamilyStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let registry = MetricsRegistry()
      registry.collector([FamilyDescription("a", help: "A.", type: .gauge)]) { $0.write("b", 1) }
      _ = rendered(registry)
    }
  }
}
