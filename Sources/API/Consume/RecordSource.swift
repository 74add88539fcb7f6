import HTTPServer
import JSON
import Log
import Platform

/// A consume answer as JSON or as lines of JSON, decoded batch by batch as fast as the client takes
/// it: memory stays bounded however long the answer is.
final class RecordSource: BodySource {
  /// The two shapes of an answer.
  enum Shape {
    /// `{"records":[…],"next_offset":…,…}`.
    case document
    /// A record a line.
    case lines
  }

  private let slice: LogSlice
  private let first: Offset
  private let shape: Shape
  private let reader: SliceReader
  private let records: RecordJSON
  private let exchange: Exchange
  private var hasBegun = false
  private var recordCount = 0
  private var isBringingIn = false
  /// True once a piece of the answer, and its head with it, is on its way.
  private var isUnderWay = false
  /// The offset behind the last record that was looked at.
  private var nextOffset: Offset
  /// Why the last `fill` failed.
  private(set) var failure: LogError?

  init(
    _ slice: LogSlice, _ reader: SliceReader, from first: Offset, shape: Shape,
    _ records: RecordJSON, for exchange: Exchange
  ) {
    self.slice = slice
    self.reader = reader
    self.first = first
    nextOffset = first
    self.shape = shape
    self.records = records
    self.exchange = exchange
  }

  /// True when the first piece is not whole, because bytes are not in memory: then `bringIn` is to
  /// be called, and the answer tried again. The head waits for it: what it says must be so.
  private(set) var needsDisk = false
  /// What there is of the first piece meanwhile.
  private var begun = ByteBuffer()

  /// Where the batch begins that could not be read, once `fill` has failed.
  var failedAt: Offset { reader.nextOffset }

  func fill(_ buffer: ByteBuffer, budget: Int) -> BodyStep {
    if !hasBegun {
      hasBegun = true
      if shape == .document { begun.append("{\"records\":[") }
    }
    let limit = buffer.count + budget
    buffer.append(begun.bytes)
    begun.removeAll()
    defer { isUnderWay = !needsDisk }
    do {
      while buffer.count < limit {
        switch try reader.next() {
        case .batch(let header, let bytes): try append(header, bytes, to: buffer)
        case .notCached:
          guard isUnderWay else {
            needsDisk = true
            begun.append(UnsafeRawBufferPointer(rebasing: buffer.bytes[(limit - budget)...]))
            return .failed
          }
          bringIn { [exchange] in exchange.resumeOutput() }
          return .waiting
        case .end:
          if shape == .document { writeEnd(next: slice.recordLimitOffset, to: buffer) }
          return .end
        }
      }
      return .more
    } catch let error as LogError {
      failure = error
    } catch {
      failure = reader.malformed()
    }
    // A document that is under way says itself how far it goes; lines can only break off.
    guard isUnderWay, shape == .document else { return .failed }
    writeEnd(next: min(max(nextOffset, failedAt), slice.recordLimitOffset), to: buffer)
    return .end
  }

  private func append(
    _ header: BatchHeader, _ bytes: UnsafeRawBufferPointer, to buffer: ByteBuffer
  ) throws {
    var batch = try RecordReader(bytes, header: header)
    try batch.skip(to: first)
    while let record = try batch.next() {
      guard record.offset >= first else { continue }
      guard record.offset < slice.recordLimitOffset else { return }
      if shape == .document, recordCount > 0 { buffer.append(UInt8(ascii: ",")) }
      var json = JSONWriter(into: buffer)
      records.write(record, to: &json)
      if shape == .lines { json.endLine() }
      recordCount += 1
      nextOffset = record.offset + 1
    }
  }

  private func writeEnd(next: Offset, to buffer: ByteBuffer) {
    buffer.append("],\"next_offset\":")
    buffer.append(decimal: next.value)
    buffer.append(",\"high_watermark\":")
    buffer.append(decimal: slice.highWatermark.value)
    buffer.append(",\"log_start_offset\":")
    buffer.append(decimal: slice.logStartOffset.value)
    buffer.append("}\n")
  }

  /// Waits for the disk on another thread, then goes on; an error shows when the reader is asked
  /// again.
  func bringIn(_ then: @escaping () -> Void) {
    guard !isBringingIn else { return }
    isBringingIn = true
    let carried = RecordSourceReader(reader)
    exchange.offload {
      carried.bringIn()
    } then: { [self] _ in
      isBringingIn = false
      needsDisk = false
      then()
    }
  }
}
