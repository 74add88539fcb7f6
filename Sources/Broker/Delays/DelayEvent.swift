/// What happens to delayed records, as their journal keeps it (drawn in DELAYS.md).
enum DelayEvent {
  /// The first byte of each.
  enum Kind: UInt8 {
    case added = 1
    case announced = 2
    case settled = 3
    case cancelled = 4
    case topicGone = 5
    /// As `state`, without transactions: what servers wrote before those could delay records.
    case stateWithoutTransactions = 6
    case state = 7
  }

  /// Records came that are due later.
  case added(DelayAddition)
  /// Pieces are about to be appended to their topics.
  case announced([DelayAnnouncement])
  /// What became of pieces that were announced.
  case settled([(number: Int64, fate: DelayPiece.Fate)])
  /// A client took a record back.
  case cancelled(topic: UInt32, DelayKey)
  /// A topic was deleted.
  case topicGone(UInt32)
  /// What all events before amount to.
  case state(DelaySnapshot)
}
