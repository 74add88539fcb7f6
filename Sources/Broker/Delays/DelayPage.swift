import HeapModule
import Log
import Platform

/// A page of waiting records in the order of due time. Put together on a thread that may wait for
/// the disk.
public struct DelayPage: Sendable {
  /// After so many entries a page ends, full or not: a search for few among many comes back.
  private static let scannedMax = 4_000_000

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
    var chosen = Heap<DelayPlace>()
    var scanned = 0
    var end: DelayKey?
    let scratch = ByteBuffer()
    for bucket in buckets where bucket.range.upperBound > after.due {
      let first = DelayKey(due: bucket.range.lowerBound, number: 0)
      if chosen.count > request.max, let last = chosen.max, last.key < first { break }
      if scanned > scannedMax {
        end = first.previous
        break
      }
      scanned += bucket.count
      var index = 0
      while index < bucket.count {
        index = try bucket.forEachEntry(from: index, scratch: scratch) { index, base in
          let key = DelayEntry.key(base)
          guard key > after, !bucket.done.contains(index) else { return }
          if chosen.count > request.max, let last = chosen.max, last.key < key { return }
          let entry = DelayEntry(base)
          guard let topic = topics[entry.topic], !topic.isGone,
            request.topic.map({ $0 == topic.name }) ?? true
          else { return }
          // One more than fit: it tells whether there is another page.
          chosen.insert(DelayPlace(entry: entry, bucket: 0, index: 0))
          if chosen.count > request.max + 1 { chosen.removeMax() }
        }
      }
    }
    var entries: [DelayEntry] = []
    while let place = chosen.popMin() {
      if let end, place.key > end { break }
      if entries.count == request.max { return (entries, entries.last?.key) }
      entries.append(place.entry)
    }
    return (entries, end)
  }
}
