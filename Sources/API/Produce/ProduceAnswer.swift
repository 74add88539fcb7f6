import Broker
import HTTP
import JSON
import Log

/// Answers a produce request when every partition it went to has answered.
final class ProduceAnswer {
  let call: Call
  let production: Production
  private let timestamp: Int64

  init(_ call: Call, _ production: Production, timestamp: Int64) {
    self.call = call
    self.production = production
    self.timestamp = timestamp
  }

  /// Hands over what is left and answers when it is stored; with a problem, what came before it is
  /// stored all the same and the answer is the problem, with the number of records that were.
  func finish(because problem: Problem? = nil) {
    production.onProgress = nil
    call.handler.hasProduced = true
    if production.stamp != nil, production.recordCount == 0 {
      return call.fail(ProducerFields.noRecords)
    }
    production.onTurn = { [handler = call.handler] in handler.hasProduced = true }
    production.finish { [self] outcomes in
      if let problem {
        call.fail(problem.with("stored", Int64(stored(outcomes))))
      } else {
        answer(outcomes)
      }
    }
  }

  /// Answers with a problem before anything was handed over: nothing is stored.
  func drop(because problem: Problem) {
    production.onProgress = nil
    call.fail(problem)
  }

  private func stored(_ outcomes: [ProduceOutcome]) -> Int {
    outcomes.reduce(production.scheduled?.count ?? 0) { $0 + $1.storedCount }
  }

  private func answer(_ outcomes: [ProduceOutcome]) {
    if let refusal = production.refusal { return call.fail(Problem(refusal)) }
    var failures = outcomes.compactMap { outcome in
      if case .failure(let error) = outcome.result { BrokerError.log(error) } else { nil }
    }
    let scheduled = production.scheduled
    if let failure = scheduled?.failure { failures.append(failure) }
    if let first = failures.first, failures.count == outcomes.count + (scheduled == nil ? 0 : 1) {
      let stored = stored(outcomes)
      let problem = Problem(first)
      return call.fail(stored == 0 ? problem : problem.with("stored", Int64(stored)))
    }
    var head = ResponseHead(failures.isEmpty ? .ok : .multiStatus)
    if production.stamp != nil, outcomes.allSatisfy(\.isDuplicate),
      scheduled?.isDuplicate ?? true
    {
      head.add("Sluice-Duplicate", "true")
    }
    call.respondJSON(head) { json in
      json.beginObject()
      json.key("topic")
      json.string(production.topic.name)
      json.key("partitions")
      json.beginArray()
      for outcome in outcomes { self.write(outcome, to: &json) }
      json.endArray()
      if let scheduled { Self.write(scheduled, to: &json) }
      if !failures.isEmpty {
        json.key("stored")
        json.number(stored(outcomes))
      }
      json.endObject()
    }
  }

  /// The records that are delivered later: the first of them by id, and how many they are.
  private static func write(_ outcome: ScheduleOutcome, to json: inout JSONWriter) {
    json.key("scheduled")
    json.beginArray()
    for key in outcome.keys {
      json.beginObject()
      json.key("id")
      json.string(key.id)
      json.key("deliver_at")
      json.string(TimestampText.text(key.due))
      json.endObject()
    }
    json.endArray()
    json.key("scheduled_count")
    json.number(outcome.count)
    if let failure = outcome.failure {
      json.key("scheduled_error")
      Problem(failure).write(to: &json)
    }
  }

  private func write(_ outcome: ProduceOutcome, to json: inout JSONWriter) {
    json.beginObject()
    json.key("partition")
    json.number(outcome.partition)
    switch outcome.result {
    case .success(let stored):
      json.key("base_offset")
      json.number(stored.baseOffset.value)
      json.key("count")
      json.number(stored.count)
      json.key("timestamp")
      json.number(stored.timestamp ?? timestamp)
      if stored.isDuplicate {
        json.key("duplicate")
        json.bool(true)
      }
    case .failure(let error):
      if let first = outcome.storedFrom {
        json.key("base_offset")
        json.number(first.value)
        json.key("count")
        json.number(outcome.storedCount)
      }
      json.key("error")
      Problem(error).write(to: &json)
    }
    json.endObject()
  }
}
