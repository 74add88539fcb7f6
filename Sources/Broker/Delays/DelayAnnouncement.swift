import Log

/// A piece of delayed records as the journal knows it.
struct DelayAnnouncement: Sendable, Equatable {
  let number: Int64
  let topic: UInt32
  let partition: UInt32
  /// Where the partition ended when the piece was announced.
  let end: Offset
  let keys: [DelayKey]
}
