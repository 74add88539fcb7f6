import Platform

/// How a load's records are sent.
public enum ProduceForm: String, CaseIterable, Sendable {
  case json, ndjson, text, value, batches

  var contentType: String {
    switch self {
    case .json: "application/json"
    case .ndjson: "application/x-ndjson"
    case .text: "text/plain"
    case .value: "application/octet-stream"
    case .batches: "application/vnd.kafka.recordbatch.v2"
    }
  }

  /// A body with so many records, and how many it has: `value` takes one, `batches` a mebibyte.
  func body(records: Int, valueBytes: Int) -> (bytes: ByteBuffer, records: Int) {
    let value = String(repeating: "s", count: valueBytes)
    let body = ByteBuffer(capacity: 4096)
    switch self {
    case .json:
      body.append("{\"records\":[")
      for index in 0..<records {
        body.append("\(index == 0 ? "" : ",")\n{\"key\":\"k\(index)\",\"value\":\"\(value)\"}")
      }
      body.append("]}")
    case .ndjson:
      for index in 0..<records { body.append("{\"key\":\"k\(index)\",\"value\":\"\(value)\"}\n") }
    case .text:
      for _ in 0..<records { body.append("\(value)\n") }
    case .value:
      body.append(value)
      return (body, 1)
    case .batches: return BenchBatches.body(valueBytes: valueBytes)
    }
    return (body, records)
  }
}
