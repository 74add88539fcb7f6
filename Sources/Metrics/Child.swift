import Platform

/// One child of a family: its instrument, and its sample names with labels, rendered when it was
/// registered.
///
/// A scrape only copies those bytes and puts numbers behind them.
struct Child: Sendable {
  enum Instrument: Sendable {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(Histogram)
  }

  let labels: LabelSet
  let instrument: Instrument

  /// One for a counter or a gauge; for a histogram one a bucket, `+Inf` included, then `_sum` and
  /// `_count`.
  private let series: [[UInt8]]

  init(_ instrument: Instrument, of family: FamilyDescription, labels: LabelSet) {
    self.labels = labels
    self.instrument = instrument
    let name = family.name
    if case .histogram(let histogram) = instrument {
      let limits = histogram.bounds.map { Double($0) / family.unit.divisor } + [.infinity]
      let buckets = limits.map { limit in
        Self.bytes(name + "_bucket", labels.pairs + [("le", Self.text(of: limit))])
      }
      let sum = Self.bytes(name + "_sum", labels.pairs)
      series = buckets + [sum, Self.bytes(name + "_count", labels.pairs)]
    } else {
      series = [Self.bytes(name, labels.pairs)]
    }
  }

  /// Appends the child's lines, the same in both text forms.
  func render(unit: MetricUnit, into buffer: ByteBuffer) {
    switch instrument {
    case .counter(let counter): line(0, counter.value, unit, buffer)
    case .gauge(let gauge): line(0, gauge.value, unit, buffer)
    case .histogram(let histogram):
      let counts = histogram.cumulativeCounts
      for (index, count) in counts.enumerated() { line(index, count, .none, buffer) }
      line(counts.count, histogram.sum, unit, buffer)
      line(counts.count + 1, counts[counts.count - 1], .none, buffer)
    }
  }

  private func line<Number: FixedWidthInteger>(
    _ index: Int, _ number: Number, _ unit: MetricUnit, _ buffer: ByteBuffer
  ) {
    buffer.append(series[index])
    buffer.append(number, of: unit)
    buffer.append(UInt8(ascii: "\n"))
  }

  private static func bytes(_ name: String, _ labels: [(String, String)]) -> [UInt8] {
    let buffer = ByteBuffer(capacity: 128)
    buffer.append(series: name, labels: labels)
    return buffer.array
  }

  /// A bucket's bound as OpenMetrics wants it, `1.0` rather than `1`, and for the plain form too: a
  /// series that changed its name with the form of the scrape would be two series.
  private static func text(of limit: Double) -> String {
    limit.isInfinite ? "+Inf" : limit.description
  }
}
