import Log
import Platform

/// Record batches for measurements that want them of one size: framed here, sent raw.
enum BenchBatches {
  /// The size that batches stay just below if their records allow it: a page.
  static let batchBytes = 4096
  /// Four of these fill a batch.
  static let valueBytes = 990
  /// The most bytes a record takes beside its value, and a batch beside its records.
  private static let recordOverheadBytes = 14
  private static let batchOverheadBytes = 64
  private static let requestBytes = 1 << 20

  /// A produce body of about a mebibyte, and how many records are in it. They are of this moment:
  /// older ones a server might delete while they are read.
  static func body(
    valueBytes: Int = BenchBatches.valueBytes, _ clock: any Clock = SystemClock()
  ) -> (bytes: ByteBuffer, records: Int) {
    let body = ByteBuffer(capacity: requestBytes + batchBytes)
    let recordsPerBatch = max(
      1, (batchBytes - batchOverheadBytes) / (valueBytes + recordOverheadBytes))
    let now = clock.wallMilliseconds()
    let value = [UInt8](repeating: UInt8(ascii: "s"), count: valueBytes)
    var records = 0
    while body.count < requestBytes {
      let builder = BatchBuilder()
      value.withUnsafeBytes { value in
        for _ in 0..<recordsPerBatch {
          builder.append(key: nil, value: value, headers: RecordHeaders(), timestamp: now)
        }
      }
      body.append(builder.finish().numbered(from: .zero))
      records += recordsPerBatch
    }
    return (body, records)
  }

  /// Fills partition 0 of a topic with at least `bytes`; gives the records it then holds.
  static func fill(
    _ target: LoadTarget, topic: String, bytes: Int, valueBytes: Int = BenchBatches.valueBytes,
    _ progress: Progress
  ) throws(BenchError) -> Int {
    let (body, count) = body(valueBytes: valueBytes)
    let path = "/v1/topics/\(topic)/records?partition=0&acks="
    let type = [(name: "Content-Type", value: "application/vnd.kafka.recordbatch.v2")]
    let request = target.request("POST", path + "written", type, body: body.bytes)
    let last = target.request("POST", path + "committed", type, body: body.bytes)
    let connection = try LoadConnection(target)
    var stored = 0
    var records = 0
    progress.begin("filling \(topic)")
    while stored < bytes {
      progress.advance(
        to: Double(stored) / Double(bytes), "\(stored >> 20) of \(bytes >> 20) MiB")
      let isLast = stored + body.count >= bytes
      try connection.require(isLast ? last : request, "POST \(path)")
      stored += body.count
      records += count
    }
    return records
  }
}
