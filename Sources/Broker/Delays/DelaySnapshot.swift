import Log

/// What the journal's events amount to, beside what lies in the files.
struct DelaySnapshot: Sendable {
  struct RecordFile: Sendable {
    let number: UInt32
    let bytes: Int
    let live: Int
  }

  struct Bucket: Sendable {
    let number: UInt32
    let level: Int
    let from: Int64
    /// The file that takes the bytes of records that come for it, 0 for none.
    let records: UInt32
    let count: Int
    let earliest: Int64
    let done: DelayMarks
  }

  var nextNumber: UInt64 = 0
  var nextPiece: Int64 = 0
  var nextTopic: UInt32 = 1
  var nextFile: UInt32 = 1
  var topics: [(id: UInt32, topic: DelayTopics.Topic)] = []
  var files: [RecordFile] = []
  var buckets: [Bucket] = []
  /// What is remembered of producers' requests.
  var producers: [DelayProducers.Place: DelayProducers.Standing] = [:]
  /// When the latest producer that was forgotten was last heard of.
  var forgottenThrough: Int64?
  /// Whose records were taken in for a commit that may not be known to be done.
  var transactions = DelayTransactions()
  /// Pieces that are announced and not settled.
  var pieces: [DelayAnnouncement] = []
}
