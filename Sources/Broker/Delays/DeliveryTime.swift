/// When a record is to be delivered, as its producer says it.
public enum DeliveryTime: Sendable, Equatable {
  /// At once.
  case now
  /// So many milliseconds after it came.
  case after(Int64)
  /// At a time in milliseconds since 1970.
  case at(Int64)

  /// What a transaction kept: see `kept`.
  init(kept: Int64) { self = kept < 0 ? .after(-1 - kept) : .at(kept) }

  /// The time as a transaction keeps it, whose commit is still to come: milliseconds since 1970,
  /// or below 0 for a delay that counts from the commit.
  var kept: Int64 {
    switch self {
    case .now: -1
    case .after(let delay): -1 - delay
    case .at(let time): time
    }
  }

  /// The time in milliseconds since 1970; one that is past for what is delivered at once.
  func due(now: Int64) -> Int64 {
    switch self {
    case .now: return now
    case .at(let time): return time
    case .after(let delay):
      let (sum, overflow) = now.addingReportingOverflow(delay)
      return overflow ? .max : sum
    }
  }
}
