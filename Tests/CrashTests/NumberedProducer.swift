import Support

/// A producer that numbers its requests and sends each one until it is acknowledged, whatever
/// happens to the server in between. Used by one thread at a time.
final class NumberedProducer: @unchecked Sendable {
  /// A request, and what was answered when it was acknowledged first.
  struct Request {
    let sequence: Int
    let values: [String]
    var places: [Int: Int] = [:]
  }

  private let id: Int
  private var epoch = 0
  private var next = 0
  private var moments: Moments
  /// The last requests that were acknowledged.
  private var window: [Request] = []
  /// Every acknowledged request.
  private(set) var acknowledged: [Request] = []
  /// What was sent and may or may not be stored.
  private var pending: Request?
  /// What the server should not have answered.
  private(set) var complaints: [String] = []
  /// Requests that the server knew already.
  private(set) var repeats = 0

  init(id: Int, seed: UInt64) {
    self.id = id
    moments = Moments(seed: seed &+ UInt64(id))
  }

  /// Sends one request after the other until the server is gone. The one that is not answered then
  /// is the first of the next run.
  func run(port: UInt16) {
    let client = HTTPClient(port: port)
    while true {
      // Now and then one that was acknowledged comes again.
      if Int.random(in: 0..<4, using: &moments) == 0,
        let old = window.randomElement(using: &moments)
      {
        guard let answer = send(old, client) else { return }
        if answer.places != old.places || !answer.isDuplicate {
          complaints.append("\(id)/\(old.sequence): \(answer.text)")
        }
      }
      let request = pending ?? makeRequest()
      pending = request
      guard let answer = send(request, client) else { return }
      guard answer.status == 200 else {
        complaints.append("\(id)/\(request.sequence): \(answer.text)")
        return
      }
      take(request, answer)
    }
  }

  private func makeRequest() -> Request {
    if Int.random(in: 0..<40, using: &moments) == 0 {
      epoch += 1
      next = 0
      window = []
    }
    // Small ones, and some of several batches in each partition.
    let count = Int.random(in: 0..<6, using: &moments) == 0 ? 60 : 3
    let values = (0..<count).map { "\(id)/\(epoch)/\(next)/\($0)" }
    defer { next += 1 }
    return Request(sequence: next, values: values)
  }

  private func take(_ request: Request, _ answer: Answer) {
    var request = request
    request.places = answer.places
    if answer.isDuplicate { repeats += 1 }
    pending = nil
    acknowledged.append(request)
    window = window.suffix(3) + [request]
  }

  private struct Answer {
    var status = 0
    var isDuplicate = false
    var places: [Int: Int] = [:]
    var text = ""
  }

  /// The answer, or nil when the server is gone.
  private func send(_ request: Request, _ client: HTTPClient) -> Answer? {
    let lines = request.values.enumerated().map { place, value in
      #"{"value":"\#(value)","partition":\#(place % 3),"tag":"\#(place % 7 < 4 ? "red" : "blue")"}"#
    }
    let fields = [
      "Producer-Id": "\(id)", "Producer-Epoch": "\(epoch)",
      "Producer-Seq": "\(request.sequence)",
    ]
    guard
      let answer = try? client.post(
        "/v1/topics/t/records", lines.joined(separator: "\n"), type: "application/x-ndjson", fields)
    else { return nil }
    var found = Answer(status: answer.status, text: answer.text)
    found.isDuplicate = answer["Sluice-Duplicate"] == "true"
    for part in answer.json["partitions"].array {
      if let number = part["partition"].int, let base = part["base_offset"].int {
        found.places[number] = base
      }
    }
    return found
  }
}
