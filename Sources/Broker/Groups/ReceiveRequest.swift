import Log

/// What a consumer wants to have leased.
public struct ReceiveRequest: Sendable {
  /// How many topics one may name.
  public static let topicsMax = 64
  /// How many messages one may ask for, a record at a time.
  public static let recordsMax = 10_000

  /// Where from.
  public var topics: [Topic]
  /// Only messages with one of these tags; `nil` for what the group's config says.
  public var tags: [Tag]?
  /// How many messages at most.
  public var maxRecords: Int
  /// How many bytes at most, counted in whole batches; one message always comes.
  public var maxBytes: Int
  /// For how long, in milliseconds; `nil` for what the group's config says.
  public var leaseMilliseconds: Int64?
  /// True if everything must come from one partition, in whole batches where that is possible.
  public var fromOnePartition: Bool
  /// Up to where messages that come again were looked for already, by the partitions' numbers in
  /// the group.
  private(set) var searched: [UInt32: Int64] = [:]
  /// The partitions, by the same numbers, whose next messages' keys were just looked up.
  private(set) var learned: Set<UInt32> = []

  /// A wish.
  public init(
    topics: [Topic], tags: [Tag]?, maxRecords: Int, maxBytes: Int, leaseMilliseconds: Int64?,
    fromOnePartition: Bool
  ) {
    self.topics = topics
    self.tags = tags
    self.maxRecords = maxRecords
    self.maxBytes = maxBytes
    self.leaseMilliseconds = leaseMilliseconds
    self.fromOnePartition = fromOnePartition
  }

  /// Goes on with the search that ended with a lease that is unfinished.
  ///
  /// What was looked up for it is not looked up again only because more came meanwhile.
  public mutating func goOn(behind lease: Lease) {
    searched = lease.searched
    learned = lease.learned
  }
}
