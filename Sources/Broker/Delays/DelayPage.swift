import Log
import Platform

/// A page of waiting records in the order of due time. Put together on a thread that may wait for
/// the disk.
public struct DelayPage: Sendable {
  /// After so many entries a page ends, full or not: a search for few among many comes back.
  private static let scannedMax = 400_000

  /// The records, the earliest first.
  public var records: [DelayedRecord] = []
  /// The page goes on behind this key; `nil` if there is no more.
  public var nextAfter: DelayKey?
  /// How many records wait, on this page or not.
  public var count = 0

  /// What is looked for.
  public struct Request: Sendable {
    /// Only those for the topic of this name.
    public var topic: String?
    /// Only those behind this key.
    public var after: DelayKey?
    /// So many at most.
    public var max = 100

    /// Everything from the beginning.
    public init() {}
  }

  /// Chooses the earliest entries behind a key, without their records.
  static func choose(
    _ request: Request, _ buckets: [DelayBucketView], _ topics: DelayTopics
  ) throws(LogError) -> (entries: [DelayEntry], nextAfter: DelayKey?) {
    let after = request.after ?? .lowest
    var choice = DelayChoice(request, topics)
    var scanned = 0
    var end: DelayKey?
    let scratch = ByteBuffer()
    for bucket in buckets where bucket.range.upperBound > after.due {
      let first = DelayKey(due: bucket.range.lowerBound, number: 0)
      if choice.isFull(before: first) { break }
      // Some of what lies in between was looked at in any case: or there would be no getting on.
      if scanned > scannedMax, first.previous > after {
        end = first.previous
        break
      }
      var index = try bucket.firstIndex(behind: after)
      while index < bucket.count {
        let start = index
        index = try bucket.forEachEntry(from: index, scratch: scratch) { index, base in
          if choice.wants(base), !bucket.done.contains(index) { choice.take(base) }
        }
        scanned += index - start
        if bucket.isOrdered, index < bucket.count,
          choice.isFull(before: try bucket.entry(index).key)
        {
          break
        }
      }
    }
    return choice.finish(through: end)
  }
}
