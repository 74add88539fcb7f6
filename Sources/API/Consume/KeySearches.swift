import Metrics

/// How many searches by key there are, how many there may be, and how much they look at. Any thread
/// may count.
final class KeySearches: Sendable {
  private let scanned: Counter
  private let refused: Counter
  private let places: Places

  /// - Parameter limit: the most at one time: each holds in memory what it has found.
  init(_ registry: MetricsRegistry, limit: Int) {
    places = Places(limit: limit)
    scanned = registry.counter(
      "sluice_key_search_scanned_records_total",
      help: "Records that searches by key have looked at, or passed over for their tag.")
    refused = registry.counter(
      "sluice_key_search_refused_total",
      help: "Searches by key answered 429 because there were as many as there may be.")
  }

  /// Counts a search in, which must be counted out in the end.
  func countIn() throws(Problem) {
    if places.take() { return }
    refused.increment()
    throw Problem.tooMany(
      "too_many_searches", "There are \(places.limit) searches by key already.",
      limit: places.limit)
  }

  /// A search is over; so much it has looked at.
  func countOut(scanned records: Int) {
    places.giveBack()
    scanned.add(records)
  }
}
