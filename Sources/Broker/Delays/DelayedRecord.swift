import Log
import Platform

/// A record that waits, with its bytes.
public struct DelayedRecord: Sendable {
  /// What tells it from others, and when it is due.
  public let key: DelayKey
  /// Its topic's name.
  public let topic: String
  /// Its partition.
  public let partition: Int
  private let bytes: ByteBuffer

  init(key: DelayKey, topic: String, partition: Int, bytes: ByteBuffer) {
    self.key = key
    self.topic = topic
    self.partition = partition
    self.bytes = bytes
  }

  /// Its size in bytes, as it is kept.
  public var size: Int { bytes.count }

  /// Hands over the record itself, `nil` if its bytes are damaged. Its offset means nothing.
  public func withRecord<Result>(_ body: (Record?) -> Result) -> Result {
    body(LooseRecord.read(bytes.bytes))
  }
}
