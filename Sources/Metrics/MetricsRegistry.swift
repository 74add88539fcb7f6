import Platform
import Synchronization

/// All that a process exposes at `/metrics`: families with fixed children, and collectors.
///
/// One a process; components register at the start and keep what they get. Any thread may register
/// or render. The lock guards the lists only: numbers are read, and collectors called, outside it.
/// Registering something malformed or contradictory is a bug and stops the program. Families are
/// rendered in the order of registration.
public final class MetricsRegistry: Sendable {
  /// What a collector does at each scrape: writes the samples of its families, on the scraping
  /// thread.
  public typealias Collect = @Sendable (SampleWriter) -> Void

  private enum Entry: Sendable {
    case fixed(FamilyDescription, [Child])
    case collected([FamilyDescription], Collect)

    var families: [FamilyDescription] {
      switch self {
      case .fixed(let family, _): [family]
      case .collected(let families, _): families
      }
    }
  }

  private let entries = Mutex<[Entry]>([])

  /// An empty registry.
  public init() {}

  /// Registers a counter. The name ends with `_total`, after the unit's word where there is a unit.
  ///
  /// A name that stands already gets another child, if help, type, unit and label names agree.
  public func counter(
    _ name: String, help: String, unit: MetricUnit = .none, labels: [(String, String)] = []
  ) -> Counter {
    let counter = Counter()
    let family = FamilyDescription(name, help: help, type: .counter, unit: unit)
    add(.counter(counter), to: family, labels)
    return counter
  }

  /// Registers a gauge. The name ends with the unit's word where there is a unit.
  ///
  /// A name that stands already gets another child, if help, type, unit and label names agree.
  public func gauge(
    _ name: String, help: String, unit: MetricUnit = .none, labels: [(String, String)] = []
  ) -> Gauge {
    let gauge = Gauge()
    let family = FamilyDescription(name, help: help, type: .gauge, unit: unit)
    add(.gauge(gauge), to: family, labels)
    return gauge
  }

  /// Registers a histogram with ascending, inclusive upper `bounds` in `unit`; `+Inf` is added to
  /// them.
  ///
  /// A name that stands already gets another child, if help, type, unit and label names agree.
  public func histogram(
    _ name: String, help: String, unit: MetricUnit, labels: [(String, String)] = [],
    bounds: [UInt64]
  ) -> Histogram {
    precondition(!bounds.isEmpty, "\(name): has no bounds")
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "\(name): bounds do not ascend")
    let histogram = Histogram(bounds: bounds)
    let family = FamilyDescription(name, help: help, type: .histogram, unit: unit)
    add(.histogram(histogram), to: family, labels)
    return histogram
  }

  /// Registers counters and gauges whose samples are found out at each scrape, because their
  /// children come and go.
  ///
  /// `collect` is called once a scrape, for all of `families`. A family it writes nothing for is
  /// left out.
  public func collector(_ families: [FamilyDescription], _ collect: @escaping Collect) {
    entries.withLock { entries in
      var taken = Set(entries.flatMap(\.families).map(\.baseName))
      for family in families {
        Self.check(family.complaint)
        precondition(family.type != .histogram, "\(family.name): histograms are not collected")
        precondition(taken.insert(family.baseName).inserted, "\(family.name): stands already")
      }
      entries.append(.collected(families, collect))
    }
  }

  private func add(
    _ instrument: Child.Instrument, to family: FamilyDescription, _ pairs: [(String, String)]
  ) {
    let labels = LabelSet(pairs)
    Self.check(family.complaint)
    Self.check(labels.complaint(for: family.type).map { "\(family.name): \($0)" })
    let child = Child(instrument, of: family, labels: labels)
    entries.withLock { entries in
      let place = entries.firstIndex { entry in
        entry.families.contains { $0.baseName == family.baseName }
      }
      guard let place else { return entries.append(.fixed(family, [child])) }
      guard case .fixed(family, let others) = entries[place] else {
        preconditionFailure("\(family.name): stands already, and is something else")
      }
      for other in others {
        precondition(other.labels.names == labels.names, "\(family.name): other label names")
        precondition(other.labels.sorted != labels.sorted, "\(family.name): stands already")
      }
      entries[place] = .fixed(family, others + [child])
    }
  }

  private static func check(_ complaint: String?) {
    if let complaint { preconditionFailure(complaint) }
  }

  /// Appends a whole scrape in `format` to `buffer`, and calls every collector once.
  public func render(_ format: ExpositionFormat, into buffer: ByteBuffer) {
    for entry in entries.withLock({ $0 }) {
      switch entry {
      case .fixed(let family, let children):
        Self.head(family, format, buffer)
        for child in children { child.render(unit: family.unit, into: buffer) }
      case .collected(let families, let collect):
        let samples = SampleWriter(families: families)
        collect(samples)
        samples.forEach { family, lines in
          guard !lines.isEmpty else { return }
          Self.head(family, format, buffer)
          buffer.append(lines.bytes)
        }
      }
    }
    if format == .openMetrics { buffer.append("# EOF\n") }
  }

  /// HELP and TYPE, and in OpenMetrics UNIT; there a counter's family goes without `_total`.
  private static func head(
    _ family: FamilyDescription, _ format: ExpositionFormat, _ buffer: ByteBuffer
  ) {
    let name = format == .openMetrics ? family.baseName : family.name
    buffer.append("# HELP \(name) ")
    buffer.append(escaped: family.help, quotes: format == .openMetrics)
    buffer.append("\n# TYPE \(name) \(family.type.rawValue)\n")
    if format == .openMetrics, let unit = family.unit.word {
      buffer.append("# UNIT \(name) \(unit)\n")
    }
  }
}
