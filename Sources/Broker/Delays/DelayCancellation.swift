import Log
import Platform

/// Somebody who wants to take a delayed record back.
struct DelayCancellation: Sendable {
  let sink: any JobSink
  let completion: @Sendable (Result<Void, BrokerError>) -> Void

  func answer(_ outcome: Result<Void, BrokerError>) {
    let completion = completion
    sink.post([{ completion(outcome) }])
  }
}
