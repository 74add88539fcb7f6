import Log

/// A producer's request that brought delayed records, as it is remembered: so that a repeat is
/// answered as the first time.
public struct DelayedRequest: Sendable, Equatable {
  /// The request's number.
  public let sequence: Int32
  /// The first record's number.
  let first: UInt64
  /// How many records it brought.
  public let count: Int
  /// When the first of them are due; a single time if that is the same for all.
  let dues: [Int64]

  /// The first records' keys, as the first answer named them.
  public var keys: [DelayKey] {
    (0..<min(count, DelayedRecords.listedMax)).map { index in
      DelayKey(due: dues.count == 1 ? dues[0] : dues[index], number: first + UInt64(index))
    }
  }

  /// The request as a log would remember it.
  var remembered: RememberedRequest {
    RememberedRequest(
      sequence: sequence, count: Int32(clamping: count), baseOffset: Offset(Int64(first)),
      timestamp: 0)
  }

  init(sequence: Int32, first: UInt64, count: Int, dues: [Int64]) {
    self.sequence = sequence
    self.first = first
    self.count = count
    self.dues = dues
  }

  init(_ addition: DelayAddition, sequence: Int32) {
    var dues = (0..<min(addition.count, DelayedRecords.listedMax)).map(addition.due)
    if let one = dues.first, dues.allSatisfy({ $0 == one }) { dues = [one] }
    self.init(sequence: sequence, first: addition.first, count: addition.count, dues: dues)
  }
}
