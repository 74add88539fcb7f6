/// What a bench has found.
public struct Measurement: Sendable {
  /// Tables, the most important first.
  public let reports: [Report]
  /// The same to look at.
  public let plot: Plot

  init(_ reports: [Report], _ plot: Plot) { (self.reports, self.plot) = (reports, plot) }
}
