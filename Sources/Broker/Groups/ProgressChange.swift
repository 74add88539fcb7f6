/// What changes in a group's progress through a partition. Each says what holds afterwards, so that
/// a change that is applied twice in a row of changes does no harm.
enum ProgressChange: Equatable, Sendable {
  /// Everything before this offset was begun, passed over or deleted.
  case begun(upTo: Int64)
  /// These messages are now in this condition.
  case run(DeliveryRun)
  /// These messages are done for good.
  case done(Range<Int64>)
  /// The group goes on from here; what was begun is forgotten, its receipts are void.
  case sought(epoch: UInt32, next: Int64)
}
