/// How a load's records are read.
public enum ConsumeForm: String, CaseIterable, Sendable {
  case raw, json, ndjson

  var accept: String {
    switch self {
    case .raw: "application/vnd.kafka.recordbatch.v2"
    case .json: "application/json"
    case .ndjson: "application/x-ndjson"
    }
  }
}
