import Broker
import HTTPServer
import JSON
import Log
import Platform

/// `/v1/status`: everything at a glance. It stays small however much there is: of topics it lists
/// the largest, of groups those that are furthest behind.
enum StatusResource {
  private static let listedMax = 100

  @Sendable static func status(_ call: Call) throws(Problem) {
    call.respondJSON { Self.write(call.service, call.broker, to: &$0) }
  }

  /// Writes the overview. Waits for nothing; any thread may call it.
  static func write(_ service: Service, _ broker: Broker, to json: inout JSONWriter) {
    let topics = broker.topics
    let now = broker.now()
    let groups = broker.groups.all.map { GroupSums($0, $0.standings(now: now), broker) }
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
    json.string(broker.whyOffline == nil ? "online" : "offline")
    json.key("disk")
    writeDisk(service.space, to: &json)
    json.key("totals")
    let figures = TopicFigures(topics)
    writeTotals(figures, groups, to: &json)
    json.key("rates")
    writeRates(service.rates, to: &json)
    json.key("topics")
    json.beginArray()
    for topic in most(topics, figures.bytes) { TopicsResource.writeSummary(topic, to: &json) }
    json.endArray()
    json.key("groups")
    json.beginArray()
    for group in most(groups, groups.map { $0.lag + $0.dead }) { group.write(to: &json) }
    json.endArray()
    json.key("scheduled")
    ScheduledResource.writeSummary(broker, to: &json)
    json.key("transactions")
    writeTransactions(broker.transactions.standing, now, to: &json)
    json.key("last_comparison")
    if let last = service.comparison.lastMilliseconds {
      json.string(TimestampText.text(last))
    } else {
      json.null()
    }
    json.key("strategies")
    json.beginArray()
    for price in service.deliveryMetrics.prices { Self.write(price, to: &json) }
    json.endArray()
    json.endObject()
  }

  /// What there is to say of topics, each looked at once: with thousands of them that is most of
  /// what an overview costs.
  private struct TopicFigures {
    var count = 0
    var partitions = 0
    var records = 0
    /// Of each topic.
    var bytes: [Int] = []

    init(_ topics: [Topic]) {
      count = topics.count
      bytes.reserveCapacity(count)
      for topic in topics {
        partitions += topic.partitions.count
        records += topic.records
        bytes.append(topic.bytes)
      }
    }
  }

  /// Those with the most of something, in the order they stood in; of equals the first.
  private static func most<Item>(_ items: [Item], _ figures: [Int]) -> [Item] {
    if items.count <= listedMax { return items }
    let least = figures.sorted(by: >)[listedMax - 1]
    var equals = listedMax - figures.reduce(0) { $0 + ($1 > least ? 1 : 0) }
    return items.indices.filter { index in
      if figures[index] == least { equals -= 1 }
      return figures[index] > least || figures[index] == least && equals >= 0
    }.map { items[$0] }
  }

  /// The file system that holds the data; `null` where it does not tell.
  private static func writeDisk(_ space: DiskSpace?, to json: inout JSONWriter) {
    guard let space else { return json.null() }
    json.beginObject()
    json.key("total_bytes")
    json.number(space.totalBytes)
    json.key("available_bytes")
    json.number(space.availableBytes)
    json.endObject()
  }

  private static func writeTotals(
    _ figures: TopicFigures, _ groups: [GroupSums], to json: inout JSONWriter
  ) {
    json.beginObject()
    json.key("topics")
    json.number(figures.count)
    json.key("partitions")
    json.number(figures.partitions)
    json.key("records")
    json.number(figures.records)
    json.key("bytes")
    json.number(figures.bytes.reduce(0, +))
    json.key("groups")
    json.number(groups.count)
    json.key("lag")
    json.number(groups.reduce(0) { $0 + $1.lag })
    json.key("in_flight")
    json.number(groups.reduce(0) { $0 + $1.inFlight })
    json.key("waiting")
    json.number(groups.reduce(0) { $0 + $1.waiting })
    json.key("dead")
    json.number(groups.reduce(0) { $0 + $1.dead })
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
    json.key("delivery_seconds")
    json.number(Double(price.deliveryNanoseconds) / 1e9)
    json.key("page_faults")
    json.number(price.pageFaults)
    json.key("context_switches")
    json.number(price.contextSwitches)
    json.endObject()
  }
}
