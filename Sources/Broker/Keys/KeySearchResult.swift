import Log

/// What a search by key has found, as far as it came.
public struct KeySearchResult: Sendable {
  /// The newest first: a partition's records in the reverse of the order in which they were stored,
  /// those of several partitions by their time.
  public let records: [KeyMatch]
  /// How many records were looked at, or passed over for their tag.
  public let scanned: Int
  /// Where the next search goes on, as `KeySearchRequest.before` takes it; `nil` when
  /// everything was searched and all that was found is here.
  public let next: [Offset]?
}
