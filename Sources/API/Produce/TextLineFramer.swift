import Broker
import Log

/// A line is a value, as it is; key, tag and partition are the request's.
final class TextLineFramer: LineFramer {
  private let production: Production
  private let parameters: ProduceParameters
  private let headers = RecordHeaders()

  init(_ production: Production, _ parameters: ProduceParameters) {
    self.production = production
    self.parameters = parameters
    if let tag = parameters.tag { headers.setTag(tag) }
  }

  func add(_ line: UnsafeRawBufferPointer) throws(Problem) {
    do throws(BrokerError) {
      guard let key = parameters.key else {
        return try production.add(
          key: nil, value: line, headers: headers, timestamp: nil,
          partition: parameters.partition, delivery: parameters.delivery ?? .now)
      }
      try key.withUnsafeBufferPointer { key throws(BrokerError) in
        try production.add(
          key: UnsafeRawBufferPointer(key), value: line, headers: headers, timestamp: nil,
          partition: parameters.partition, delivery: parameters.delivery ?? .now)
      }
    } catch {
      throw Problem(error)
    }
  }
}
