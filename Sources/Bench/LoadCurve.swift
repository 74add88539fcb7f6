/// How a load went over its time: what was done by the end of each interval. It stays small however
/// long the load lasts.
struct LoadCurve: Sendable {
  /// What was done up to a moment.
  struct Sample: Sendable {
    /// Since the load began.
    let seconds: Double
    let count: LoadCount
  }

  private static let samplesMax = 200.0
  private static let intervalSecondsMin = 0.2

  private let intervalSeconds: Double
  private(set) var samples = [Sample(seconds: 0, count: LoadCount())]

  /// For a load that is to last so long.
  init(seconds: Int) {
    intervalSeconds = max(
      LoadCurve.intervalSecondsMin, Double(seconds) / LoadCurve.samplesMax)
  }

  /// Looks at what was done after so many seconds; kept once an interval.
  mutating func look(_ seconds: Double, _ count: LoadCount) {
    guard seconds - samples[samples.count - 1].seconds >= intervalSeconds else { return }
    samples.append(Sample(seconds: seconds, count: count))
  }

  /// The last interval ends with the load. A very short one would say little about a rate: it is
  /// made one with that before it.
  mutating func end(_ seconds: Double, _ count: LoadCount) {
    if samples.count > 1, seconds - samples[samples.count - 1].seconds < intervalSeconds / 2 {
      samples.removeLast()
    }
    samples.append(Sample(seconds: seconds, count: count))
  }

  /// A figure by the second, interval by interval, each at its middle.
  func rates(of figure: KeyPath<LoadCount, Int>) -> [(seconds: Double, perSecond: Double)] {
    zip(samples, samples.dropFirst()).map { earlier, later in
      let seconds = later.seconds - earlier.seconds
      let done = later.count.since(earlier.count)[keyPath: figure]
      return (
        (earlier.seconds + later.seconds) / 2, seconds > 0 ? Double(done) / seconds : 0
      )
    }
  }
}
