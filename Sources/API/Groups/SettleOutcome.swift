import JSON

/// What became of the receipts of a request: `{"done":n,"failed":[{"receipt","code"}]}`. Belongs to
/// one loop, though completions carry it through other threads.
final class SettleOutcome: @unchecked Sendable {
  private var done = 0
  private var failed: [String] = []

  func add(_ receipt: @autoclosure () -> String, counts: Bool) {
    if counts { done += 1 } else { failed.append(receipt()) }
  }

  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.key("done")
    json.number(done)
    json.key("failed")
    json.beginArray()
    for receipt in failed {
      json.beginObject()
      json.key("receipt")
      json.string(receipt)
      json.key("code")
      json.string("receipt_stale")
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}
