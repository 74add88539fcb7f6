import Log

/// How a group delivers.
public struct GroupConfig: Sendable, Equatable {
  /// Where a group begins in a partition it has not read before.
  public enum Start: String, Sendable {
    /// With the oldest record that is there.
    case earliest
    /// With the next record to come.
    case latest
  }

  /// The longest lease, in milliseconds.
  public static let leaseMillisecondsMax: Int64 = 12 * 3_600_000
  /// The longest time until a retry, in milliseconds.
  public static let delayMillisecondsMax: Int64 = 30 * 86_400_000
  /// How many steps a ladder may have.
  public static let backoffStepsMax = 64
  /// How often a message may be delivered at most.
  public static let attemptsMax = 1000
  /// How many tags one may ask for.
  public static let tagsMax = 64

  /// How long a message is leased to whom it was delivered, in milliseconds.
  public var leaseMilliseconds: Int64 = 60_000
  /// How often a message is delivered before it is moved to the dead letters.
  public var maxAttempts = 16
  /// How long a message waits after its first, second, … failed delivery, in milliseconds; the last
  /// step holds for all that follow.
  public var backoffMilliseconds: [Int64] = GroupConfig.ladder
  /// True if each wait is drawn anew between half of its step and the whole.
  public var hasJitter = false
  /// Where the group begins.
  public var start = Start.earliest
  /// True if a partition's messages are held back until the earlier ones of their key are done.
  public var isOrdered = false
  /// The only tags the group is about; `nil` for all messages.
  public var tags: [Tag]?
  /// The topic for what could not be delivered; `nil` for the group's name with `.dlq` behind it.
  public var deadLetterTopic: String?

  /// The defaults.
  public init() {}

  /// The wait after so many deliveries, in milliseconds.
  ///
  /// - Parameter random: from 0 up to 1, for the jitter.
  func backoff(afterAttempt attempt: Int, random: Double) -> Int64 {
    guard let last = backoffMilliseconds.last else { return 0 }
    let index = attempt - 1
    let step = index < backoffMilliseconds.count ? backoffMilliseconds[max(0, index)] : last
    return hasJitter ? step / 2 + Int64(Double(step - step / 2) * random) : step
  }

  /// RocketMQ's steps: 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h.
  private static let ladder: [Int64] =
    [10_000, 30_000] + (1...10).map { $0 * 60_000 }
    + [1_200_000, 1_800_000, 3_600_000, 7_200_000]
}
