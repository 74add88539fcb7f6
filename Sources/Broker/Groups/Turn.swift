/// Who is looked at first: each once in a round, and everybody equally often in the long run,
/// whichever of a group's requests one counts, every one or every second or tenth, as consumers
/// that take turns do. Rounds that all began alike would give such a consumer the same place again
/// and again.
///
/// Where rounds begin are the steps of the R2 sequence in two dimensions (M. Roberts, "The
/// Unreasonable Effectiveness of Quasirandom Sequences", 2018), as fractions of 2^64.
enum Turn {
  /// The index of the topic that is looked at first.
  static func topic(_ turn: UInt64, of count: Int) -> Int {
    place(turn, of: count, step: 0x91E1_0DA5_C79E_7B1D)
  }

  /// The index of the partition, in each of so many topics.
  static func partition(_ turn: UInt64, of count: Int, topics: Int) -> Int {
    place(turn / UInt64(topics), of: count, step: 0xC13F_A9A9_02A6_328F)
  }

  private static func place(_ turn: UInt64, of count: Int, step: UInt64) -> Int {
    let (round, place) = turn.quotientAndRemainder(dividingBy: UInt64(count))
    let begin = (round &* step).multipliedFullWidth(by: UInt64(count)).high
    return Int((begin + place) % UInt64(count))
  }
}
