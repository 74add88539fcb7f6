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
  /// Why the last `fill` failed.
  private(set) var failure: LogError?

  init(
    _ slice: LogSlice, _ reader: SliceReader, from first: Offset, shape: Shape,
    _ records: RecordJSON, for exchange: Exchange
  ) {
    self.slice = slice
    self.reader = reader
    self.first = first
    self.shape = shape
    self.records = records
    self.exchange = exchange
  }

  func fill(_ buffer: ByteBuffer, budget: Int) -> BodyStep {
    if !hasBegun {
      hasBegun = true
      if shape == .document { buffer.append("{\"records\":[") }
    }
    let limit = buffer.count + budget
    do {
      while buffer.count < limit {
        switch try reader.next() {
        case .batch(let header, let bytes): try append(header, bytes, to: buffer)
        case .notCached:
          bringIn()
          return .waiting
        case .end:
          if shape == .document { writeEnd(to: buffer) }
          return .end
        }
      }
      return .more
    } catch let error as LogError {
      failure = error
    } catch {
      failure = .corrupted(
        file: slice.regions.first?.file.path ?? "", position: 0,
        reason: "a batch's records are malformed")
    }
    return .failed
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
    }
  }

  private func writeEnd(to buffer: ByteBuffer) {
    buffer.append("],\"next_offset\":")
    buffer.append(decimal: slice.recordLimitOffset.value)
    buffer.append(",\"high_watermark\":")
    buffer.append(decimal: slice.highWatermark.value)
    buffer.append(",\"log_start_offset\":")
    buffer.append(decimal: slice.logStartOffset.value)
    buffer.append("}\n")
  }

  /// Waits for the disk on another thread, then goes on; an error shows when the reader is asked
  /// again.
  private func bringIn() {
    guard !isBringingIn else { return }
    isBringingIn = true
    let carried = RecordSourceReader(reader)
    exchange.offload {
      carried.bringIn()
    } then: { [self] _ in
      isBringingIn = false
      exchange.resumeOutput()
    }
  }
}
