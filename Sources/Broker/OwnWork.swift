import Log

/// What the server appends of its own accord, each piece once, whatever crashes in between: a piece
/// has a number, its batches carry it as their stamp, and after a crash the log tells which pieces
/// have arrived (`StampSearch`).
enum OwnWork: Int64, CaseIterable {
  /// Delayed records that fell due.
  case delayed = 0
  /// The records of a committed transaction.
  case transaction = 1

  /// The stamp of the piece with this number, counted by kind from 0.
  func stamp(_ number: Int64) -> ProducerStamp {
    ProducerStamp(ownWork: number * Int64(OwnWork.allCases.count) + rawValue)
  }

  /// The number of a piece that was found in a log, if it is of this kind.
  func number(of found: Int64) -> Int64? {
    let kinds = Int64(OwnWork.allCases.count)
    return found % kinds == rawValue ? found / kinds : nil
  }
}
