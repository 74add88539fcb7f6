import Platform

/// A sink that does each job at once, on the thread that posts it.
public final class InlineSink: JobSink {
  /// A sink; one is as good as another.
  public init() {}

  /// Runs the jobs.
  public func post(_ jobs: [Job]) {
    for job in jobs { job() }
  }
}
