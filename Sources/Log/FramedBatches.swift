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
    /// The tag's number in the segment the batch goes to; 0 for none.
    var tagNumber: UInt32 = 0
  }

  /// Buffers for large requests; their pages are used again instead of being asked of the kernel
  /// anew.
  static let pool = BufferPool(capacity: (1 << 20) + (512 << 10), idleMax: 16)
  /// What a small request begins with.
  private static let smallBytes = 512
  /// From this size on a request's bytes move to a buffer of the pool.
  private static let pooledFromBytes = 64 << 10

  private(set) var buffer = ByteBuffer(capacity: FramedBatches.smallBytes)
  private var isPooled = false
  var batches: [Batch] = []
  /// Whose request it is and which, if a producer said so: it is stored once.
  var producer: ProducerStamp?
  /// The records of all batches together.
  public internal(set) var recordCount = 0

  deinit {
    if isPooled { FramedBatches.pool.give(buffer) }
  }

  /// Makes room for `count` more bytes, in a buffer of the pool once there are many.
  @inline(__always)
  func reserve(_ count: Int) {
    if buffer.spare < count { makeRoom(count) }
  }

  private func makeRoom(_ count: Int) {
    let wanted = buffer.count + count
    guard wanted > FramedBatches.pooledFromBytes, !isPooled else { return buffer.reserve(count) }
    isPooled = true
    let large = FramedBatches.pool.take()
    large.append(buffer.bytes)
    buffer = large
  }

  /// Numbers the records from `offset` on and gives the bytes: for those who send batches without
  /// storing them.
  public func numbered(from offset: Offset) -> UnsafeRawBufferPointer {
    var next = offset
    for batch in batches {
      let base = buffer.mutableBytes.baseAddress! + batch.position
      base.storeBigEndian(next.value, at: 0)
      next = next + batch.recordCount
    }
    return buffer.bytes
  }

  /// The length of all batches together, in bytes.
  public var bytes: Int { buffer.count }

  /// True when there is nothing to append.
  public var isEmpty: Bool { batches.isEmpty }
}
