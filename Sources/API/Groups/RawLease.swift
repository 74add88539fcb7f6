import Broker
import HTTP
import HTTPServer
import Log
import Platform

/// A lease as record batches: those that were leased whole go from the file to the socket, of the
/// others the leased messages are framed anew, in front. One receipt stands for all.
struct RawLease {
  private let call: Call
  private let lease: Lease

  init(_ call: Call, _ lease: Lease) {
    self.call = call
    self.lease = lease
  }

  /// - Parameter failed: is told instead if the messages cannot be read; nothing is answered then.
  func answer(_ head: ResponseHead, failed: @escaping (LogError) -> Void) {
    let whole = lease.parts.filter(RawLease.isWhole)
    let broken = lease.parts.filter { !RawLease.isWhole($0) }
    if broken.isEmpty { return bringOpen(head, whole, prefix: nil, failed) }
    let call = call
    let bound = ThreadBound(self)
    // Framing anew means reading, which may wait for the disk.
    call.exchange.offload { () -> Result<ByteBuffer, LogError> in
      do throws(LogError) {
        return .success(try RawLease.frame(broken))
      } catch {
        return .failure(error)
      }
    } then: { outcome in
      switch outcome {
      case .success(let prefix): bound.value.bringOpen(head, whole, prefix: prefix, failed)
      case .failure(let error): failed(error)
      }
    }
  }

  private func bringOpen(
    _ head: ResponseHead, _ whole: [LeasedPart], prefix: ByteBuffer?,
    _ failed: @escaping (LogError) -> Void
  ) {
    guard let first = whole.first?.slice, !call.isOpen(first.regions) else {
      return answer(head, whole, prefix: prefix)
    }
    call.bringOpen(first, failed: failed) { answer(head, whole, prefix: prefix) }
  }

  private func answer(_ head: ResponseHead, _ whole: [LeasedPart], prefix: ByteBuffer?) {
    var head = head
    head.add("Content-Type", "application/vnd.kafka.recordbatch.v2")
    var regions = whole.first?.slice.regions ?? []
    for part in whole.dropFirst() { regions.append(contentsOf: part.slice.regions) }
    let strategy = CopyStrategy.automatic(bytes: regions.bytes, regions: regions.count)
    head.add("Sluice-Copy-Strategy", strategy.rawValue)
    if let first = lease.parts.first {
      head.add("Sluice-Topic", first.topic)
      head.add("Sluice-Partition", first.partition)
      let text = ByteBuffer(capacity: 64)
      call.handler.signer.write(Receipt(lease.parts), into: text)
      head.add("Sluice-Receipt", text.bytes)
    }
    head.add("Sluice-Record-Count", lease.count)
    let metrics = call.service.groupMetrics
    metrics.wholeBytes.add(regions.bytes)
    metrics.framedBytes.add(prefix?.count ?? 0)
    call.respond(head, prefix: prefix, regions: regions, copy: strategy)
  }

  private static func isWhole(_ part: LeasedPart) -> Bool { part.runs.allSatisfy(\.isWhole) }

  /// Batches of just the leased messages, under their own offsets.
  private static func frame(_ parts: [LeasedPart]) throws(LogError) -> ByteBuffer {
    let output = ByteBuffer(capacity: 64 << 10)
    for part in parts {
      let reader = SliceReader(part.slice)
      var runs = part.runs[...]
      var builder = BatchBuilder()
      var first: Offset?
      func close() {
        if let first { output.append(builder.finish().numbered(from: first)) }
        builder = BatchBuilder()
        first = nil
      }
      while let (header, bytes) = try reader.nextWaiting() {
        do throws(RecordReader.Failure) {
          var records = try RecordReader(bytes, header: header)
          while let record = try records.next() {
            let offset = record.offset.value
            while let run = runs.first, run.range.upperBound <= offset {
              close()
              runs.removeFirst()
            }
            guard let run = runs.first, run.range.contains(offset) else { continue }
            if first == nil { first = record.offset }
            builder.append(
              key: record.key, value: record.value, headers: RecordHeaders(of: record),
              timestamp: record.timestamp)
          }
        } catch {
          throw reader.malformed()
        }
      }
      close()
    }
    return output
  }
}
