import Log

/// What became of the records of one request that went to one partition.
public struct ProduceOutcome: Sendable {
  /// The partition's number.
  public let partition: Int
  /// Where they stand, or why they do not. Records of a streamed request stand in several runs:
  /// then this is the first run's beginning and the count of all.
  public var result: Result<AppendRequest.Stored, LogError>
  /// How many records were stored, even if later ones of the same request were not.
  public var storedCount = 0
  /// Where the first of those stands.
  public var storedFrom: Offset?

  /// True when the records stood there already, from the first time the request came.
  public var isDuplicate: Bool {
    if case .success(let stored) = result { stored.isDuplicate } else { false }
  }
}
