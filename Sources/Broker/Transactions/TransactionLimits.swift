/// How many transactions a broker takes on, and how long it waits for their ends.
public struct TransactionLimits: Sendable {
  /// How many receipts one transaction may carry.
  public static let receiptsMax = 10_000
  /// How many groups the receipts of one transaction may be of.
  public static let groupsMax = 16
  /// The longest time before a first check, in milliseconds.
  public static let checkAfterMillisecondsMax: Int64 = 7 * 86_400_000

  /// Undecided transactions at one time.
  public var undecidedMax = 100_000
  /// Bytes of all undecided transactions together; they are held in memory.
  public var undecidedBytesMax = 128 << 20
  /// How long after it was prepared a transaction is offered for its first check, in milliseconds.
  public var checkAfterMilliseconds: Int64 = 6000
  /// The time from one check to the next, and from the last one to the rollback, in milliseconds.
  public var checkIntervalMilliseconds: Int64 = 30_000
  /// After so many checks without a decision a transaction is rolled back.
  public var checksMax = 15
  /// An undecided transaction that is so old is rolled back however few have looked, in
  /// milliseconds.
  public var ageMillisecondsMax: Int64 = 3 * 86_400_000
  /// How long outcomes are remembered, in milliseconds.
  public var rememberedMilliseconds: Int64 = 86_400_000
  /// How many outcomes are remembered.
  public var rememberedMax = 100_000

  /// The defaults.
  public init() {}
}
