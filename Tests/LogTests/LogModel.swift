@testable import Log

/// What a log should hold, kept in memory, and what it should answer, found in the plainest way.
struct LogModel {
  struct Batch: Equatable {
    var base: Int64
    var bytes: Int
    var tag: Tag?
    var records: [TestRecord]
    var end: Int64 { base + Int64(records.count) }
  }

  struct Answer: Equatable {
    var bases: [Int64] = []
    var bytes = 0
    var nextOffset: Int64
    var recordLimitOffset: Int64
  }

  var batches: [Batch] = []
  var end: Int64 { batches.last?.end ?? start }
  /// The first offset left.
  private(set) var start: Int64 = 0

  /// Takes in what was framed of these records.
  mutating func append(_ framed: [FramedBatches.Batch], _ records: [TestRecord]) {
    var rest = records[...]
    for batch in framed {
      let own = Array(rest.prefix(batch.recordCount))
      rest = rest.dropFirst(batch.recordCount)
      batches.append(Batch(base: end, bytes: batch.size, tag: batch.tag, records: own))
    }
  }

  /// Forgets what lies before `offset`, where a batch begins.
  mutating func drop(before offset: Int64) {
    start = offset
    batches.removeAll { $0.base < offset }
  }

  func read(_ request: ReadRequest) -> Answer {
    let offset = request.offset.value
    var answer = Answer(nextOffset: offset, recordLimitOffset: offset)
    var records = 0
    for batch in batches where batch.end > offset {
      let wanted = request.tags.map { tags in batch.tag.map(tags.contains) ?? false } ?? true
      if wanted {
        if !answer.bases.isEmpty, answer.bytes + batch.bytes > request.maxBytes { return answer }
        let from = max(batch.base, offset)
        answer.bases.append(batch.base)
        answer.bytes += batch.bytes
        let left = request.maxRecords - records
        records += Int(batch.end - from)
        answer.recordLimitOffset = from + min(Int64(left), batch.end - from)
      } else {
        answer.recordLimitOffset = batch.end
      }
      answer.nextOffset = batch.end
      if records >= request.maxRecords { return answer }
    }
    return answer
  }

  /// The first offset whose record is not older, or the end.
  func offset(atOrAfter timestamp: Int64) -> Int64 {
    for batch in batches {
      for (index, record) in batch.records.enumerated() where record.timestamp >= timestamp {
        return batch.base + Int64(index)
      }
    }
    return end
  }
}
