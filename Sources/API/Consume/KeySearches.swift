import Metrics
import Synchronization

/// How many searches by key there are, how many there may be, and how much they look at. Any thread
/// may count.
final class KeySearches: Sendable {
  private let scanned: Counter
  private let refused: Counter
  private let limit: Int
  private let count = Atomic(0)

  /// - Parameter limit: the most at one time: each holds in memory what it has found.
  init(_ registry: MetricsRegistry, limit: Int) {
    self.limit = limit
    scanned = registry.counter(
      "sluice_key_search_scanned_records_total",
      help: "Records that searches by key have looked at, or passed over for their tag.")
    refused = registry.counter(
      "sluice_key_search_refused_total",
      help: "Searches by key answered 429 because there were as many as there may be.")
  }

  /// Counts a search in, which must be counted out in the end.
  func countIn() throws(Problem) {
    guard count.add(1, ordering: .relaxed).oldValue < limit else {
      count.subtract(1, ordering: .relaxed)
      refused.increment()
      var problem = Problem(
        .tooManyRequests, "too_many_searches", "There are \(limit) searches by key already."
      ).with("limit", Int64(limit))
      problem.retryAfterSeconds = 1
      throw problem
    }
  }

  /// A search is over; so much it has looked at.
  func countOut(scanned records: Int) {
    count.subtract(1, ordering: .relaxed)
    scanned.add(records)
  }
}
