import HTTP
import JSON

/// `/v1/copy-comparison`: sends a partition's bytes over loopback by each strategy in turn, and
/// says what each cost.
enum CopyComparisonResource {
  @Sendable static func run(_ call: Call) throws(Problem) {
    call.receiveJSON { document throws(Problem) in
      try call.service.comparison.begin(
        CopyComparisonRequest(document, call), sink: call.exchange.sink,
        call.completion { call, outcome in
          switch outcome {
          case .success(let body): answer(body, call)
          case .failure(let problem): call.fail(problem)
          }
        })
    }
  }

  @Sendable static func last(_ call: Call) throws(Problem) {
    guard let body = call.service.comparison.last else {
      throw Problem(
        .notFound, "no_comparison", "No comparison was made since the server was started.")
    }
    answer(body, call)
  }

  private static func answer(_ body: [UInt8], _ call: Call) {
    var head = ResponseHead(.ok)
    head.add("Content-Type", "application/json")
    head.add("Cache-Control", "no-store")
    body.withUnsafeBytes { call.exchange.respond(call.identified(head), bytes: $0) }
  }
}
