/// Who produced a request's batches, and which of their requests it was: what Kafka's idempotent
/// producers write into a batch's head (KIP-98).
public struct ProducerStamp: Sendable, Equatable {
  /// The producer, 0 or more. From `ownFrom` on ids are the server's own.
  public let id: Int64
  /// Which life of the producer: an older one is fenced off.
  public let epoch: Int16
  /// Which request of that life, counted from 0.
  public let sequence: Int32

  /// The first id that the server gives to its own work (delays that fall due, transactions).
  public static let ownFrom: Int64 = 1 << 62

  /// True for the server's own work, which no producer's table takes in.
  public var isOwnWork: Bool { id >= ProducerStamp.ownFrom }

  /// A stamp.
  public init(id: Int64, epoch: Int16, sequence: Int32) {
    (self.id, self.epoch, self.sequence) = (id, epoch, sequence)
  }

  /// The stamp of work of the server's own, of which each piece has a number and is done once.
  public init(ownWork number: Int64) {
    self.init(id: ProducerStamp.ownFrom + number, epoch: 0, sequence: 0)
  }
}
