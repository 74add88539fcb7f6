/// How finely time is cut into buckets: the further away, the wider they are, unless they are
/// crowded.
///
/// A record goes to the widest bucket that does not begin so soon that it is about to be split. A
/// wide bucket is split into narrower ones, and a narrow one is taken into memory, when its lead is
/// reached. One with too many entries is split before that, as often as it takes, so that a page of
/// those that wait never has to look at many more than it shows.
struct DelayLevel: Sendable, Equatable {
  /// Its number in a snapshot.
  let number: Int
  /// How much time a bucket spans.
  let widthMilliseconds: Int64
  /// How long before its beginning it is split or taken into memory.
  let leadMilliseconds: Int64

  /// By number: those that records come to, the narrowest first, then those that only crowded
  /// buckets are split into.
  static let all = [
    DelayLevel(number: 0, widthMilliseconds: 60_000, leadMilliseconds: 10_000),
    DelayLevel(number: 1, widthMilliseconds: 3_600_000, leadMilliseconds: 300_000),
    DelayLevel(number: 2, widthMilliseconds: 86_400_000, leadMilliseconds: 3_600_000),
    DelayLevel(number: 3, widthMilliseconds: 30 * 86_400_000, leadMilliseconds: 86_400_000),
    DelayLevel(number: 4, widthMilliseconds: 1000, leadMilliseconds: 10_000),
    DelayLevel(number: 5, widthMilliseconds: 25, leadMilliseconds: 10_000),
    DelayLevel(number: 6, widthMilliseconds: 1, leadMilliseconds: 10_000),
  ]
  private static let arrivals = all[...3]
  /// No bucket is touched longer before its beginning, unless it is crowded.
  static let leadMillisecondsMax = all.map(\.leadMilliseconds).max()!

  /// True if its buckets are taken into memory when time comes; wider ones are split.
  var isNarrow: Bool { widthMilliseconds <= 60_000 }

  /// What its buckets are split into; `nil` for single milliseconds.
  var narrower: DelayLevel? {
    DelayLevel.all.filter { $0.widthMilliseconds < widthMilliseconds }
      .max { $0.widthMilliseconds < $1.widthMilliseconds }
  }

  /// Where the bucket begins that a time falls into.
  func start(of due: Int64) -> Int64 { due - due % widthMilliseconds }

  /// The level at which a record that comes now is kept.
  static func arrival(of due: Int64, now: Int64) -> DelayLevel {
    if due < now - overdueMilliseconds {
      // Behind a long stop many minutes may be overdue: a file each would be too many.
      return arrivals.last {
        $0.number == 0
          || $0.start(of: due) + $0.widthMilliseconds <= now - overdueMilliseconds
      }!
    }
    return arrivals.last { $0.number == 0 || $0.start(of: due) - now > $0.leadMilliseconds }!
  }

  private static let overdueMilliseconds: Int64 = 3_600_000
}
