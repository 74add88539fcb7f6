import HTTPServer
import JSON
import Platform

/// A comparison's answer: what was compared, and for each strategy what it cost, with what the
/// textbook says beside it.
struct CopyComparisonJSON: Sendable {
  let topic: String
  let partition: Int
  /// What each strategy sent in each round.
  let bytes: Int
  let rounds: Int
  let startedMilliseconds: Int64

  func render(_ costs: [CopyCost]) -> [UInt8] {
    let buffer = ByteBuffer(capacity: 2048)
    var json = JSONWriter(into: buffer)
    json.beginObject()
    json.key("topic")
    json.string(topic)
    json.key("partition")
    json.number(partition)
    json.key("bytes")
    json.number(bytes)
    json.key("rounds")
    json.number(rounds)
    json.key("started")
    json.string(TimestampText.text(startedMilliseconds))
    json.key("strategies")
    json.beginArray()
    for cost in costs { self.write(cost, to: &json) }
    json.endArray()
    json.endObject()
    json.endLine()
    return buffer.array
  }

  private func write(_ cost: CopyCost, to json: inout JSONWriter) {
    let usage = cost.usage
    let seconds = Double(cost.nanoseconds) / 1e9
    let gigabytes = Double(cost.bytes) / 1e9
    let processorSeconds = Double(usage.userMicroseconds + usage.systemMicroseconds) / 1e6
    json.beginObject()
    json.key("strategy")
    json.string(cost.strategy.rawValue)
    json.key("bytes")
    json.number(cost.bytes)
    json.key("seconds")
    json.number(seconds)
    json.key("user_cpu_seconds")
    json.number(Double(usage.userMicroseconds) / 1e6)
    json.key("system_cpu_seconds")
    json.number(Double(usage.systemMicroseconds) / 1e6)
    json.key("cpu_seconds_per_gb")
    json.number(processorSeconds / gigabytes)
    json.key("gb_per_second")
    json.number(gigabytes / seconds)
    json.key("syscalls")
    json.number(cost.systemCalls)
    json.key("syscalls_per_mb")
    json.number(Double(cost.systemCalls) / (Double(cost.bytes) / 1e6))
    json.key("voluntary_switches")
    json.number(usage.voluntarySwitches)
    json.key("involuntary_switches")
    json.number(usage.involuntarySwitches)
    json.key("minor_faults")
    json.number(usage.minorFaults)
    json.key("major_faults")
    json.number(usage.majorFaults)
    json.key("theory")
    self.write(cost.strategy.textbookCost, to: &json)
    json.endObject()
  }

  private func write(_ cost: TextbookCost, to json: inout JSONWriter) {
    json.beginObject()
    json.key("syscalls_per_chunk")
    json.number(cost.systemCalls)
    json.key("context_switches_per_chunk")
    json.number(cost.contextSwitches)
    json.key("copies")
    json.number(cost.copies)
    json.key("cpu_copies")
    json.number(cost.processorCopies)
    json.endObject()
  }
}
