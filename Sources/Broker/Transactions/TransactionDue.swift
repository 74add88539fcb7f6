/// A moment at which something becomes of a transaction: valid as long as the transaction still
/// bears it.
struct TransactionDue: Comparable, Sendable {
  /// In milliseconds since 1970.
  var time: Int64
  var number: Int64

  static func < (left: Self, right: Self) -> Bool {
    (left.time, left.number) < (right.time, right.number)
  }
}
