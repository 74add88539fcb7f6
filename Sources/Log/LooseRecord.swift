import Platform

/// A record outside a batch, as it is kept until it goes into one: a checksum, its own time, and
/// then key, value and headers as in a batch (drawn in FORMAT.md).
public enum LooseRecord {
  /// What stands in front of the key: CRC-32C of the rest, and the time.
  static let headBytes = 12

  /// Appends a record.
  ///
  /// - Parameter timestamp: milliseconds since 1970, or `nil` if the record brings no time.
  /// - Returns: how many bytes it takes.
  @discardableResult
  public static func append(
    key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: RecordHeaders,
    timestamp: Int64?, to buffer: ByteBuffer
  ) -> Int {
    let start = buffer.count
    _ = buffer.appendUninitialized(atMost: headBytes) { memory in
      memory.baseAddress!.storeBigEndian(timestamp ?? -1, at: 4)
      return headBytes
    }
    put(key, into: buffer)
    put(value, into: buffer)
    buffer.append(headers.bytes)
    let covered = UnsafeRawBufferPointer(rebasing: buffer.bytes[(start + 4)...])
    let checksum = Crc32c.checksum(covered)
    (buffer.mutableBytes.baseAddress! + start).storeBigEndian(checksum, at: 0)
    return buffer.count - start
  }

  /// The record that these bytes, all of them, are; `nil` if they are not what was written. Its
  /// offset is 0, and its time -1 if it brought none.
  public static func read(_ bytes: UnsafeRawBufferPointer) -> Record? {
    guard bytes.count > headBytes, let base = bytes.baseAddress,
      Crc32c.checksum(UnsafeRawBufferPointer(rebasing: bytes[4...]))
        == base.bigEndian(0, as: UInt32.self)
    else { return nil }
    var position = headBytes
    guard let key = Record.field(bytes, &position), let value = Record.field(bytes, &position)
    else { return nil }
    let valuePosition = position - (value?.count ?? 0)
    guard let headerCount = Varint.read(bytes, &position), headerCount >= 0 else { return nil }
    let headers = UnsafeRawBufferPointer(rebasing: bytes[position...])
    guard RecordReader.holds(headers, count: headerCount) else { return nil }
    return Record(
      offset: .zero, timestamp: base.bigEndian(4, as: Int64.self), key: key, value: value,
      headerCount: Int(headerCount), valuePosition: valuePosition, encodedHeaders: headers)
  }

  private static func put(_ bytes: UnsafeRawBufferPointer?, into buffer: ByteBuffer) {
    let count = bytes.map { Int64($0.count) } ?? -1
    _ = buffer.appendUninitialized(atMost: Varint.bytesMax) {
      Varint.write(count, to: $0.baseAddress!) - $0.baseAddress!
    }
    if let bytes { buffer.append(bytes) }
  }
}
