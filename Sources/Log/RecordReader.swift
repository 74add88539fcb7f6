/// Goes through the records of one uncompressed batch, checking every length against the bytes that
/// are there.
public struct RecordReader {
  /// Why a batch's records could not be read.
  public enum Failure: Error, Sendable {
    /// The bytes end inside a record, or a length does not fit.
    case malformed
    /// The records are compressed by a codec that is not spoken here.
    case compressed
  }

  /// A place between two records of a batch, to go on from later.
  public struct Mark: Sendable {
    fileprivate var position = BatchHeader.bytes
    fileprivate var index = 0

    /// The place before the first record.
    public init() {}
  }

  private let bytes: UnsafeRawBufferPointer
  private let header: BatchHeader
  private var position = BatchHeader.bytes
  private var index = 0

  /// Where the next record begins.
  public var mark: Mark {
    var mark = Mark()
    mark.position = position
    mark.index = index
    return mark
  }

  /// Begins at the first record of `batch`, which must hold the whole batch that `header`
  /// describes.
  public init(_ batch: UnsafeRawBufferPointer, header: BatchHeader) throws(Failure) {
    guard header.compression == 0 else { throw .compressed }
    guard batch.count >= header.size else { throw .malformed }
    bytes = UnsafeRawBufferPointer(rebasing: batch[..<header.size])
    self.header = header
  }

  /// Passes over the records before `offset` without decoding them, if the batch is one whose
  /// records have all the offsets there are between its first and its last.
  ///
  /// - Parameter mark: a place in the very same batch where an earlier reading stopped.
  public mutating func skip(to offset: Offset, from mark: Mark = Mark()) throws(Failure) {
    guard header.recordCount == header.lastOffsetDelta + 1 else { return }
    let wanted = min(offset - header.baseOffset, Int(header.recordCount))
    if mark.index > index, mark.index <= wanted {
      index = mark.index
      position = mark.position
    }
    while index < wanted {
      guard let length = Varint.read(bytes, &position), length > 0,
        length <= bytes.count - position
      else { throw .malformed }
      position += Int(length)
      index += 1
    }
  }

  /// The next record, or `nil` behind the last one.
  public mutating func next() throws(Failure) -> Record? {
    guard index < Int(header.recordCount) else {
      guard position == bytes.count else { throw .malformed }
      return nil
    }
    guard let length = Varint.read(bytes, &position), length > 0, length <= bytes.count - position
    else { throw .malformed }
    let end = position + Int(length)
    let body = UnsafeRawBufferPointer(rebasing: bytes[..<end])
    position += 1
    guard let timestampDelta = Varint.read(body, &position),
      let offsetDelta = Varint.read(body, &position),
      offsetDelta >= 0, offsetDelta <= Int64(header.lastOffsetDelta),
      let key = Record.field(body, &position), let value = Record.field(body, &position)
    else { throw .malformed }
    let valuePosition = position - (value?.count ?? 0)
    guard let headerCount = Varint.read(body, &position), headerCount >= 0 else { throw .malformed }
    let headers = UnsafeRawBufferPointer(rebasing: body[position...])
    guard RecordReader.holds(headers, count: headerCount) else { throw .malformed }
    position = end
    index += 1
    return Record(
      offset: header.baseOffset + Int(offsetDelta),
      timestamp: header.hasAppendTime
        ? header.maxTimestamp : header.baseTimestamp &+ timestampDelta,
      key: key, value: value, headerCount: Int(headerCount), valuePosition: valuePosition,
      encodedHeaders: headers)
  }

  /// Where to stop so that the records from `offset` on have no more than `bytesMax` bytes as they
  /// lie in the batch; one of them always fits. `nil` when the batch ends before that.
  public mutating func limit(from offset: Offset, bytesMax: Int) throws(Failure) -> Offset? {
    try skip(to: offset)
    var start = position
    var hasOne = false
    while let record = try next() {
      guard record.offset >= offset else {
        start = position
        continue
      }
      if hasOne, position - start > bytesMax { return record.offset }
      hasOne = true
    }
    return nil
  }

  /// True when the bytes are exactly so many headers.
  static func holds(_ bytes: UnsafeRawBufferPointer, count: Int64) -> Bool {
    guard count <= bytes.count else { return false }
    var position = 0
    for _ in 0..<count {
      guard let name = Record.field(bytes, &position), name != nil,
        Record.field(bytes, &position) != nil
      else { return false }
    }
    return position == bytes.count
  }
}
