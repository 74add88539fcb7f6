import Broker
import HTTPServer
import JSON
import Log
import Platform

/// Messages of several partitions as one JSON document, decoded as fast as the client takes them:
/// `{"records":[{…,"topic","partition","attempt","receipt"}]}`.
final class LeaseSource: BodySource {
  private let parts: [LeasedPart]
  private let records: RecordJSON
  private let exchange: Exchange
  private let recent: RecentBatches
  /// Signs a receipt for each message; `nil` for messages that are only shown.
  private let signer: ReceiptSigner?
  /// What stands behind the records, a comma in front.
  private let tail: String
  private let receipt = ByteBuffer(capacity: 64)
  private var reader: SliceReader?
  private var partIndex = 0
  private var runIndex = 0
  private var hasBegun = false
  private var recordCount = 0
  /// Where the last batch was left.
  private var stop = RecordReader.Mark()
  /// The offset behind the last message that was written of the part.
  private var nextOffset = Int64.min
  private var isBringingIn = false
  /// True once a piece of the answer, and its head with it, is on its way.
  private var isUnderWay = false
  /// Is told when an answer that is under way ends early: then without an error. Without it such an
  /// answer breaks off.
  var onCut: (() -> Void)?
  /// Why the last `fill` failed.
  private(set) var failure: LogError?

  init(
    _ parts: [LeasedPart], _ records: RecordJSON, for exchange: Exchange,
    _ recent: RecentBatches, _ signer: ReceiptSigner?, tail: String = ""
  ) {
    self.parts = parts
    self.records = records
    self.exchange = exchange
    self.recent = recent
    self.signer = signer
    self.tail = tail
  }

  /// The messages that were written.
  var written: [LeasedPart] {
    let cut = partIndex < parts.count ? parts[partIndex].cut(to: .min..<nextOffset) : nil
    return parts[..<min(partIndex, parts.count)] + (cut.map { [$0] } ?? [])
  }

  /// Those that were not.
  var unwritten: [LeasedPart] {
    guard partIndex < parts.count else { return [] }
    let cut = parts[partIndex].cut(to: nextOffset..<(.max))
    return (cut.map { [$0] } ?? []) + parts[(partIndex + 1)...]
  }

  func fill(_ buffer: ByteBuffer, budget: Int) -> BodyStep {
    if !hasBegun {
      hasBegun = true
      buffer.append("{\"records\":[")
    }
    let limit = buffer.count + budget
    defer { isUnderWay = true }
    do {
      while partIndex < parts.count {
        if buffer.count >= limit { return .more }
        let part = parts[partIndex]
        if reader == nil, let kept = recent.find(part.slice) {
          _ = try append(kept.header, kept.bytes, of: part, from: kept.mark, to: buffer)
          recent.stopped(at: stop)
          endPart()
          continue
        }
        let reader = self.reader ?? SliceReader(part.slice)
        self.reader = reader
        switch try reader.next() {
        case .batch(let header, let bytes):
          recent.keep(bytes, of: part.slice)
          if try append(header, bytes, of: part, to: buffer) { endPart() }
        case .notCached:
          bringIn(reader)
          return .waiting
        case .end: endPart()
        }
      }
    } catch let error as LogError {
      failure = error
    } catch {
      failure = reader?.malformed() ?? .unreadable(reason: "a batch's records are malformed")
    }
    if failure != nil {
      guard isUnderWay, let onCut else { return .failed }
      onCut()
    }
    buffer.append("]")
    buffer.append(tail)
    buffer.append("}\n")
    return .end
  }

  private func endPart() {
    reader = nil
    runIndex = 0
    partIndex += 1
    nextOffset = .min
  }

  /// Writes what was leased of a batch; true if it was the last the part wants.
  private func append(
    _ header: BatchHeader, _ bytes: UnsafeRawBufferPointer, of part: LeasedPart,
    from mark: RecordReader.Mark = RecordReader.Mark(), to buffer: ByteBuffer
  ) throws -> Bool {
    var batch = try RecordReader(bytes, header: header)
    try batch.skip(to: Offset(part.runs[runIndex].range.lowerBound), from: mark)
    defer { stop = batch.mark }
    while let record = try batch.next() {
      let offset = record.offset.value
      while part.runs[runIndex].range.upperBound <= offset {
        runIndex += 1
        if runIndex == part.runs.count { return true }
      }
      guard part.runs[runIndex].range.contains(offset) else { continue }
      if recordCount > 0 { buffer.append(UInt8(ascii: ",")) }
      recordCount += 1
      var json = JSONWriter(into: buffer)
      json.beginObject()
      records.writeFields(record, to: &json)
      json.key("topic")
      json.string(part.topic)
      json.key("partition")
      json.number(part.partition)
      if let signer { writeReceipt(offset, of: part, signer, to: &json) }
      json.endObject()
      nextOffset = offset + 1
      // The rest of the batch need not be looked at.
      if part.runs[runIndex].range.upperBound == offset + 1, runIndex == part.runs.count - 1 {
        return true
      }
    }
    return false
  }

  private func writeReceipt(
    _ offset: Int64, of part: LeasedPart, _ signer: ReceiptSigner, to json: inout JSONWriter
  ) {
    let attempt = part.runs[runIndex].attempt
    json.key("attempt")
    json.number(Int(attempt))
    json.key("receipt")
    receipt.removeAll()
    signer.write(message: offset, attempt: attempt, of: part, into: receipt)
    json.string(utf8: receipt.bytes)
  }

  /// Waits for the disk on another thread, then goes on; an error shows when the reader is asked
  /// again.
  private func bringIn(_ reader: SliceReader) {
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
