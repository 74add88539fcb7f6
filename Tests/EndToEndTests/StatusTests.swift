import Support
import Testing

/// Every operation and every status of openapi.yaml, once at least.
@Suite struct StatusTests {
  @Test func everyStatusComesWithItsCode() throws {
    let fixture = try Fixture(["--max-partitions", "100", "--max-groups", "20"])
    for example in StatusCase.all {
      let answer = try example.send(fixture)
      let name = "\(example.operation) \(example.status) \(example.code ?? "")"
      #expect(answer.status == example.status, "\(name): \(answer.text)")
      #expect(answer.code == example.code, "\(name)")
      #expect(answer["Date"] != nil, "\(name)")
      if let code = example.code { expectProblem(answer, code, name) }
    }
    #expect(fixture.server.isRunning)
  }

  /// What every problem has, and the figures that some have.
  private func expectProblem(_ answer: HTTPResponse, _ code: String, _ name: String) {
    let problem = answer.json
    let names = Set(problem.names)
    #expect(
      names.isSuperset(of: ["type", "title", "status", "detail", "code"]), "\(name): \(problem)")
    #expect(problem["status"].int == answer.status, "\(name)")
    #expect(problem["detail"].string?.isEmpty == false, "\(name)")
    if let figure = StatusTests.figures[code] {
      #expect(!problem[figure].isMissing, "\(name) lacks \(figure): \(problem)")
    }
  }

  private static let figures = [
    "offset_too_old": "earliest_offset", "offset_past_end": "high_watermark",
    "body_too_large": "limit_bytes", "record_too_large": "limit_bytes",
    "unsupported_media_type": "supported", "not_acceptable": "supported",
    "invalid_batch": "batch", "sequence_gap": "expected_sequence",
    "producer_fenced": "current_epoch",
  ]
}
