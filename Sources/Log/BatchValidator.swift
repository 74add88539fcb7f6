/// Checks record batches that a client framed before they are stored as they are.
public struct BatchValidator {
  /// The largest record, in bytes, that a batch may hold.
  public let recordBytesMax: Int

  /// A validator with the topic's limit for one record.
  public init(recordBytesMax: Int) { self.recordBytesMax = recordBytesMax }

  /// Takes whole batches, back to back, into a builder's form.
  ///
  /// Checked are: version, length, checksum, counts, offset deltas from 0 without a gap, the times'
  /// maximum, the records' lengths, and that all records of a batch carry the same tag or none.
  ///
  /// - Parameter stamp: who sends them, if they said so; it takes the place of what the batches say
  ///   of their producer. Without it they may say nothing: nobody would keep the promise.
  /// - Throws: `LogError.invalidBatch` with the number of the first batch at fault.
  public func frame(
    _ bytes: UnsafeRawBufferPointer, stamp: ProducerStamp? = nil
  ) throws(LogError) -> FramedBatches {
    let builder = BatchBuilder(stamp: stamp)
    var rest = bytes
    var index = 0
    while !rest.isEmpty {
      guard let header = BatchHeader(rest), header.size <= rest.count else {
        throw .invalidBatch(index: index, reason: "not a whole record batch of version 2")
      }
      let batch = UnsafeRawBufferPointer(rebasing: rest[..<header.size])
      do {
        let tag = try check(batch, header, isStamped: stamp != nil)
        builder.append(
          checked: batch, header: header, tag: tag, isLast: header.size == rest.count)
      } catch {
        if error.isNotSupportedYet { throw .notSupportedYet(error.reason) }
        throw .invalidBatch(index: index, reason: error.reason)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[header.size...])
      index += 1
    }
    return builder.finish()
  }

  /// What is wrong with a whole batch, to which its header belongs; `nil` for a sound one. The
  /// header's checksum is taken to hold.
  func complaint(
    _ batch: UnsafeRawBufferPointer, _ header: BatchHeader
  ) -> (reason: String?, tag: Tag?) {
    do throws(Fault) {
      return (nil, try check(batch, header))
    } catch {
      return (error.isNotSupportedYet ? "its records are compressed" : error.reason, nil)
    }
  }

  private struct Fault: Error {
    let reason: String
    let isNotSupportedYet: Bool
    init(_ reason: String, isNotSupportedYet: Bool = false) {
      self.reason = reason
      self.isNotSupportedYet = isNotSupportedYet
    }
  }

  private func check(
    _ batch: UnsafeRawBufferPointer, _ header: BatchHeader, isStamped: Bool
  ) throws(Fault) -> Tag? {
    guard BatchHeader.checksumHolds(batch) else { throw Fault("its checksum does not hold") }
    guard header.compression == 0 else {
      throw Fault("A compressed batch", isNotSupportedYet: true)
    }
    guard isStamped || header.stamp == nil else {
      throw Fault(
        "it names a producer, which takes the request's fields Producer-Id, Producer-Epoch and "
          + "Producer-Seq; they take the place of the batch's own")
    }
    let continued = isStamped ? BatchHeader.continuedBit : 0
    guard header.attributes & ~(0x8 | continued) == 0 else {
      throw Fault("transactional and control batches are the server's own")
    }
    guard header.lastOffsetDelta == header.recordCount - 1 else {
      throw Fault("its record count and last offset differ")
    }
    var tag: Tag?
    var expected = header.baseOffset
    var maxTimestamp = Int64.min
    do {
      var reader = try RecordReader(batch, header: header)
      while let record = try reader.next() {
        guard record.offset == expected else { throw Fault("its offset deltas have a gap") }
        guard BatchValidator.bytes(record) <= recordBytesMax else {
          throw Fault("a record is larger than \(recordBytesMax) bytes")
        }
        if expected == header.baseOffset {
          tag = record.tag.flatMap { Tag($0) }
        } else if !BatchValidator.same(tag, record.tag) {
          throw Fault("its records carry different tags")
        }
        expected = expected + 1
        maxTimestamp = max(maxTimestamp, record.timestamp)
      }
    } catch let fault as Fault {
      throw fault
    } catch {
      throw Fault("a record's lengths do not fit")
    }
    guard maxTimestamp == header.maxTimestamp else {
      throw Fault("its latest time is not its records' latest")
    }
    return tag
  }

  /// The bytes of key, value and headers, without the lengths between them.
  private static func bytes(_ record: Record) -> Int {
    var bytes = (record.key?.count ?? 0) + (record.value?.count ?? 0)
    record.forEachHeader { name, value in bytes += name.count + (value?.count ?? 0) }
    return bytes
  }

  private static func same(_ tag: Tag?, _ other: UnsafeRawBufferPointer?) -> Bool {
    guard let tag else { return other == nil }
    return other.map { tag.matches($0) } ?? false
  }
}
