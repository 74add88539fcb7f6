import Platform

/// Frames records into batches, beginning a new batch where the tag changes or the batch is large
/// enough.
///
/// One owner, no lock: an event loop frames what it receives.
public final class BatchBuilder {
  /// A batch is closed once it holds this many bytes: large enough that its header and index entry
  /// cost nothing, small enough to be decoded in one turn of an event loop.
  public static let batchBytesTarget = 256 << 10
  /// The most bytes a record may take beside its key, value and headers.
  static let recordOverheadMax = 40

  private let framed = FramedBatches()
  private let stamp: ProducerStamp?
  private var batchStart = 0
  private var batchRecords = 0
  private var batchTag: Tag?
  private var baseTimestamp: Int64 = 0
  private var maxTimestamp: Int64 = 0

  /// A builder with nothing in it.
  ///
  /// - Parameter stamp: who produces the batches, if they said so. What is stamped is stored whole
  ///   or not at all, whatever crashes: all of it must go to the log in one request.
  public init(stamp: ProducerStamp? = nil) {
    self.stamp = stamp
    if let stamp, !stamp.isOwnWork { framed.producer = stamp }
  }

  /// The bytes framed so far.
  public var bytes: Int { framed.bytes }
  /// The records framed so far.
  public var recordCount: Int { framed.recordCount }

  /// Adds a record.
  ///
  /// - Parameters:
  ///   - key: the key's bytes, or `nil` for a record without one.
  ///   - value: the value's bytes, or `nil` for a null value.
  ///   - headers: the record's headers, the tag among them.
  ///   - timestamp: milliseconds since 1970.
  public func append(
    key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: RecordHeaders,
    timestamp: Int64
  ) {
    let keyBytes = key?.count ?? 0
    let valueBytes = value?.count ?? 0
    let incoming = keyBytes + valueBytes + headers.bytes.count + BatchBuilder.recordOverheadMax
    let size = framed.buffer.count - batchStart
    if batchRecords > 0,
      size + incoming > BatchBuilder.batchBytesTarget || headers.tag != batchTag
        || batchRecords == Int32.max
    {
      closeBatch(isLast: false)
    }
    if batchRecords == 0 { openBatch(tag: headers.tag, timestamp: timestamp) }
    let timestampDelta = timestamp &- baseTimestamp
    let body =
      1 + Varint.size(timestampDelta) + Varint.size(Int64(batchRecords))
      + Varint.size(key == nil ? -1 : Int64(keyBytes)) + keyBytes
      + Varint.size(value == nil ? -1 : Int64(valueBytes)) + valueBytes + headers.bytes.count
    framed.reserve(body + Varint.bytesMax)
    _ = framed.buffer.appendUninitialized(atMost: body + Varint.bytesMax) { memory in
      let start = memory.baseAddress!
      var address = Varint.write(Int64(body), to: start)
      address.storeBytes(of: 0, as: UInt8.self)
      address = Varint.write(timestampDelta, to: address + 1)
      address = Varint.write(Int64(batchRecords), to: address)
      address = put(key, at: address)
      address = put(value, at: address)
      address.copyMemory(from: headers.bytes.baseAddress!, byteCount: headers.bytes.count)
      return address + headers.bytes.count - start
    }
    batchRecords += 1
    framed.recordCount += 1
    maxTimestamp = max(maxTimestamp, timestamp)
  }

  /// Adds batches that came framed, one of them at a time, already checked; they are stamped, if
  /// the builder has a stamp.
  func append(
    checked batch: UnsafeRawBufferPointer, header: BatchHeader, tag: Tag?, isLast: Bool
  ) {
    precondition(batchRecords == 0, "whole batches and single records do not mix")
    framed.batches.append(
      FramedBatches.Batch(
        position: framed.buffer.count, size: batch.count, recordCount: Int(header.recordCount),
        maxTimestamp: header.maxTimestamp, tag: tag))
    framed.reserve(batch.count)
    framed.buffer.append(batch)
    framed.recordCount += Int(header.recordCount)
    guard stamp != nil else { return }
    let copy = UnsafeMutableRawBufferPointer(
      rebasing: framed.buffer.mutableBytes[(framed.buffer.count - batch.count)...])
    putStamp(in: copy, attributes: header.attributes, isLast: isLast)
    seal(copy)
  }

  /// Closes the batch in hand and gives away everything framed so far. The builder's work is then
  /// done.
  public func finish() -> FramedBatches {
    if batchRecords > 0 { closeBatch(isLast: true) }
    return framed
  }

  @inline(__always)
  private func put(
    _ bytes: UnsafeRawBufferPointer?, at address: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    guard let bytes else { return Varint.write(-1, to: address) }
    let address = Varint.write(Int64(bytes.count), to: address)
    if let base = bytes.baseAddress { address.copyMemory(from: base, byteCount: bytes.count) }
    return address + bytes.count
  }

  private func openBatch(tag: Tag?, timestamp: Int64) {
    batchStart = framed.buffer.count
    batchTag = tag
    baseTimestamp = timestamp
    maxTimestamp = timestamp
    _ = framed.buffer.appendUninitialized(atMost: BatchHeader.bytes) { memory in
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      return BatchHeader.bytes
    }
  }

  private func closeBatch(isLast: Bool) {
    let size = framed.buffer.count - batchStart
    let batch = UnsafeMutableRawBufferPointer(
      rebasing: framed.buffer.mutableBytes[batchStart..<(batchStart + size)])
    let base = batch.baseAddress!
    base.storeBigEndian(Int32(size - BatchHeader.lengthPrefixBytes), at: 8)
    base.storeBytes(of: 2, toByteOffset: 16, as: UInt8.self)
    base.storeBigEndian(Int32(batchRecords - 1), at: 23)
    base.storeBigEndian(baseTimestamp, at: 27)
    base.storeBigEndian(maxTimestamp, at: 35)
    putStamp(in: batch, attributes: 0, isLast: isLast)
    base.storeBigEndian(Int32(batchRecords), at: 57)
    seal(batch)
    framed.batches.append(
      FramedBatches.Batch(
        position: batchStart, size: size, recordCount: batchRecords, maxTimestamp: maxTimestamp,
        tag: batchTag))
    batchRecords = 0
  }

  /// Writes down whose request a batch belongs to, and whether more of it follows.
  private func putStamp(
    in batch: UnsafeMutableRawBufferPointer, attributes: UInt16, isLast: Bool
  ) {
    let base = batch.baseAddress!
    base.storeBigEndian(stamp?.id ?? -1, at: 43)
    base.storeBigEndian(stamp?.epoch ?? -1, at: 51)
    base.storeBigEndian(stamp?.sequence ?? -1, at: 53)
    guard stamp != nil else { return }
    let own = attributes & ~BatchHeader.continuedBit
    base.storeBigEndian(isLast ? own : own | BatchHeader.continuedBit, at: 21)
  }

  private func seal(_ batch: UnsafeMutableRawBufferPointer) {
    let covered = UnsafeRawBufferPointer(rebasing: batch[BatchHeader.checksummedFrom...])
    batch.baseAddress!.storeBigEndian(Crc32c.checksum(covered), at: 17)
  }
}
