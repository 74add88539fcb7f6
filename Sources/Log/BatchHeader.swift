/// The 61 bytes that begin a record batch, version 2 (Kafka's `DefaultRecordBatch`, KIP-98; drawn
/// in FORMAT.md).
public struct BatchHeader: Sendable, Equatable {
  /// The header's length in bytes.
  public static let bytes = 61
  /// The bytes before the length field's own count begins: base offset and the length itself.
  static let lengthPrefixBytes = 12
  /// Where the bytes that the checksum covers begin.
  static let checksummedFrom = 21

  /// The offset of the batch's first record.
  public var baseOffset: Offset
  /// The whole batch in bytes, header included.
  public var size: Int
  /// CRC-32C of everything from the attributes on.
  public var checksum: UInt32
  /// Compression (bits 0 to 2), timestamp type (3), transactional (4), control (5).
  public var attributes: UInt16
  /// The last record's offset less the base offset.
  public var lastOffsetDelta: Int32
  /// The time the records' deltas count from, in milliseconds since 1970.
  public var baseTimestamp: Int64
  /// The latest time in the batch, in milliseconds since 1970.
  public var maxTimestamp: Int64
  /// Who produced it; `nil` if nobody said.
  public var stamp: ProducerStamp?
  /// How many records the batch holds.
  public var recordCount: Int32

  /// Reads a header; `nil` if the bytes cannot be the beginning of a version 2 batch.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= BatchHeader.bytes, let base = bytes.baseAddress else { return nil }
    let length = base.bigEndian(8, as: Int32.self)
    let offset = base.bigEndian(0, as: Int64.self)
    guard base.load(fromByteOffset: 16, as: UInt8.self) == 2, offset >= 0,
      Int(length) >= BatchHeader.bytes - BatchHeader.lengthPrefixBytes
    else { return nil }
    baseOffset = Offset(offset)
    size = Int(length) + BatchHeader.lengthPrefixBytes
    checksum = base.bigEndian(17, as: UInt32.self)
    attributes = base.bigEndian(21, as: UInt16.self)
    lastOffsetDelta = base.bigEndian(23, as: Int32.self)
    baseTimestamp = base.bigEndian(27, as: Int64.self)
    maxTimestamp = base.bigEndian(35, as: Int64.self)
    let producer = base.bigEndian(43, as: Int64.self)
    if producer >= 0 {
      stamp = ProducerStamp(
        id: producer, epoch: base.bigEndian(51, as: Int16.self),
        sequence: base.bigEndian(53, as: Int32.self))
    }
    recordCount = base.bigEndian(57, as: Int32.self)
    guard lastOffsetDelta >= 0, recordCount > 0, offset < Int64.max - Int64(lastOffsetDelta)
    else { return nil }
  }

  /// The offset behind the batch's last record.
  public var nextOffset: Offset { baseOffset + (Int(lastOffsetDelta) + 1) }

  /// True when all records count as having come at `maxTimestamp`, whatever their own times say
  /// (Kafka's `LogAppendTime`).
  var hasAppendTime: Bool { attributes & 0x8 != 0 }

  /// True when the next batch belongs to the same request, which is stored whole or not at all (bit
  /// 15, which Kafka leaves unused).
  var isContinued: Bool { attributes & BatchHeader.continuedBit != 0 }
  static let continuedBit: UInt16 = 0x8000

  /// The codec number: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
  public var compression: UInt16 { attributes & 0x7 }

  /// True when `batch`, which must hold the whole batch, has the checksum its header names.
  static func checksumHolds(_ batch: UnsafeRawBufferPointer) -> Bool {
    let covered = UnsafeRawBufferPointer(rebasing: batch[checksummedFrom...])
    return Crc32c.checksum(covered) == batch.baseAddress!.bigEndian(17, as: UInt32.self)
  }
}
