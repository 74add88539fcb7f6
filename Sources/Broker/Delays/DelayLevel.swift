/// How finely time is cut into buckets: the further away, the wider they are.
///
/// A record goes to the widest bucket that does not begin so soon that it is about to be split. A
/// bucket is split into narrower ones, and a narrowest one is taken into memory, when its lead is
/// reached. So a record is moved three times at most, however far away it is.
struct DelayLevel: Sendable, Equatable {
  /// 0 for the narrowest.
  let number: Int
  /// How much time a bucket spans.
  let widthMilliseconds: Int64
  /// How long before its beginning it is split or taken into memory.
  let leadMilliseconds: Int64

  static let all = [
    DelayLevel(number: 0, widthMilliseconds: 60_000, leadMilliseconds: 10_000),
    DelayLevel(number: 1, widthMilliseconds: 3_600_000, leadMilliseconds: 300_000),
    DelayLevel(number: 2, widthMilliseconds: 86_400_000, leadMilliseconds: 3_600_000),
    DelayLevel(number: 3, widthMilliseconds: 30 * 86_400_000, leadMilliseconds: 86_400_000),
  ]

  /// Where the bucket begins that a time falls into.
  func start(of due: Int64) -> Int64 { due - due % widthMilliseconds }

  /// The level at which a record that comes now is kept.
  static func arrival(of due: Int64, now: Int64) -> DelayLevel {
    if due < now - overdueMilliseconds {
      // Behind a long stop many minutes may be overdue: a file each would be too many.
      return all.last {
        $0.number == 0
          || $0.start(of: due) + $0.widthMilliseconds <= now - overdueMilliseconds
      }!
    }
    return all.last { $0.number == 0 || $0.start(of: due) - now > $0.leadMilliseconds }!
  }

  private static let overdueMilliseconds: Int64 = 3_600_000
}
