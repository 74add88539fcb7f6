import Broker
import HTTPServer
import JSON
import Log

/// `/v1/status`: everything at a glance.
enum StatusResource {
  @Sendable static func status(_ call: Call) throws(Problem) {
    try call.requireJSONAccepted()
    let service = call.service
    let topics = call.broker.topics
    call.respondJSON { json in
      json.beginObject()
      json.key("version")
      json.string(service.version)
      json.key("phase")
      json.string("\(service.phase)")
      json.key("started")
      json.string(TimestampText.text(service.startMilliseconds))
      json.key("uptime_ms")
      json.number(service.clock.wallMilliseconds() - service.startMilliseconds)
      json.key("storage")
      json.string(call.broker.whyOffline == nil ? "online" : "offline")
      json.key("totals")
      writeTotals(topics, to: &json)
      json.key("rates")
      writeRates(service.rates, to: &json)
      json.key("topics")
      json.beginArray()
      for topic in topics { TopicsResource.writeSummary(topic, to: &json) }
      json.endArray()
      json.key("groups")
      json.beginArray()
      let now = call.broker.now()
      for group in call.broker.groups.all {
        GroupsResource.writeSummary(group, call.broker, now, to: &json)
      }
      json.endArray()
      json.key("transactions")
      writeTransactions(call.broker.transactions.standing, now, to: &json)
      json.key("strategies")
      json.beginArray()
      for price in service.deliveryMetrics.prices { Self.write(price, to: &json) }
      json.endArray()
      json.endObject()
    }
  }

  private static func writeTotals(_ topics: [Topic], to json: inout JSONWriter) {
    json.beginObject()
    json.key("topics")
    json.number(topics.count)
    json.key("partitions")
    json.number(topics.reduce(0) { $0 + $1.partitions.count })
    json.key("records")
    json.number(topics.reduce(0) { $0 + $1.records })
    json.key("bytes")
    json.number(topics.reduce(0) { $0 + $1.bytes })
    json.endObject()
  }

  private static func writeTransactions(
    _ standing: TransactionStanding, _ now: Int64, to json: inout JSONWriter
  ) {
    json.beginObject()
    json.key("prepared")
    json.number(standing.undecided)
    json.key("oldest_ms")
    if let oldest = standing.oldestPreparedAt {
      json.number(max(0, now - oldest))
    } else {
      json.null()
    }
    json.key("committing")
    json.number(standing.committing)
    json.endObject()
  }

  /// By the second, over about the last ten seconds; `null` right after the start.
  private static func writeRates(_ rates: Rates, to json: inout JSONWriter) {
    func put(_ value: Double?, _ json: inout JSONWriter) {
      if let value { json.number((value * 10).rounded() / 10) } else { json.null() }
    }
    json.beginObject()
    json.key("records_in_per_second")
    put(rates.perSecond(\.records), &json)
    json.key("bytes_in_per_second")
    put(rates.perSecond(\.appendedBytes), &json)
    json.key("bytes_delivered_per_second")
    put(rates.perSecond(\.deliveredBytes), &json)
    json.key("requests_per_second")
    put(rates.perSecond(\.requests), &json)
    json.endObject()
  }

  private static func write(_ price: StrategyPrice, to json: inout JSONWriter) {
    json.beginObject()
    json.key("strategy")
    json.string(price.strategy.rawValue)
    json.key("bytes")
    json.number(price.bytes)
    json.key("syscalls")
    json.number(price.systemCalls)
    json.key("cpu_user_seconds")
    json.number(Double(price.userMicroseconds) / 1e6)
    json.key("cpu_system_seconds")
    json.number(Double(price.systemMicroseconds) / 1e6)
    json.key("cpu_seconds_per_gb")
    let cpu = Double(price.userMicroseconds + price.systemMicroseconds) / 1e6
    if price.bytes > 0 { json.number(cpu / Double(price.bytes) * 1e9) } else { json.null() }
    json.key("page_faults")
    json.number(price.pageFaults)
    json.key("context_switches")
    json.number(price.contextSwitches)
    json.endObject()
  }
}
