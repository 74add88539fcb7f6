import Platform

/// Record batches ready for a log but for their offsets, one behind the other in a single buffer.
///
/// Made by one thread (a loop, while a body comes in), then handed to the log writer, which patches
/// the offsets: never used by two at once.
public final class FramedBatches: @unchecked Sendable {
  /// What the writer and the indexes need to know about one batch without looking at it.
  struct Batch {
    /// Where it begins in the buffer.
    var position: Int
    /// Its length in bytes.
    var size: Int
    /// How many records, and thus offsets, it has.
    var recordCount: Int
    /// The latest record time, in milliseconds since 1970.
    var maxTimestamp: Int64
    /// The tag that all its records carry, or none.
    var tag: Tag?
  }

  /// The buffers batches are framed in; 1 MiB each.
  static let pool = BufferPool(capacity: 1 << 20, idleMax: 16)

  let buffer: ByteBuffer
  var batches: [Batch] = []
  /// The records of all batches together.
  public internal(set) var recordCount = 0

  init(_ buffer: ByteBuffer) { self.buffer = buffer }

  deinit { FramedBatches.pool.give(buffer) }

  /// The length of all batches together, in bytes.
  public var bytes: Int { buffer.count }

  /// True when there is nothing to append.
  public var isEmpty: Bool { batches.isEmpty }
}
