import Broker
import HTTP
import JSON
import Platform

/// `/v1/groups` and `/v1/groups/{group}`.
enum GroupsResource {
  @Sendable static func list(_ call: Call) throws(Problem) {
    let window = try ListWindow(call)
    let broker = call.broker
    let now = broker.now()
    let (groups, total, nextAfter) = window.choose(broker.groups.all, name: \.name)
    call.respondJSON { json in
      json.beginObject()
      json.key("groups")
      json.beginArray()
      for group in groups {
        GroupSums(group, group.standings(now: now), broker).write(to: &json)
      }
      json.endArray()
      json.key("total")
      json.number(total)
      json.key("next_after")
      if let nextAfter { json.string(nextAfter) } else { json.null() }
      json.endObject()
    }
  }

  @Sendable static func get(_ call: Call) throws(Problem) {
    let group = try call.group()
    let now = call.broker.now()
    call.respondJSON { Self.write(group, call.broker, now, to: &$0) }
  }

  @Sendable static func put(_ call: Call) throws(Problem) {
    let name = try call.pathSegment(2)
    guard GroupName.isValid(name) else { throw Problem(BrokerError.invalidName(name)) }
    try call.requireExistence((try? call.broker.groups.group(name)) != nil)
    guard call.exchange.hasBody else { return put(call, name, GroupConfig()) }
    call.receiveJSON { document throws(Problem) in
      guard document.kind == .object else {
        throw Problem(.badRequest, "invalid_config", "The body must be an object.")
      }
      var config = GroupConfig()
      for (key, value) in document.members {
        guard key == "config" else {
          throw Problem(.badRequest, "invalid_config", "There is no field \(key.string).")
            .with("field", key.string)
        }
        do throws(GroupConfig.Refusal) {
          try config.merge(value)
        } catch {
          throw Problem(error)
        }
      }
      put(call, name, config)
    }
  }

  @Sendable static func delete(_ call: Call) throws(Problem) {
    let name = try call.group().name
    do throws(BrokerError) {
      try call.broker.groups.delete(
        name, sink: call.exchange.sink,
        call.completion { call, outcome in
          call.answer(outcome) { _ in call.respond(ResponseHead(.noContent)) }
        })
    } catch {
      throw Problem(error)
    }
    call.handler.hasProduced = true
  }

  private static func put(_ call: Call, _ name: String, _ config: GroupConfig) {
    call.broker.groups.put(
      name, config, sink: call.exchange.sink,
      call.completion { call, outcome in
        call.answer(outcome) { made in
          var head = ResponseHead(made.isNew ? .created : .ok)
          if made.isNew { head.add("Location", "/v1/groups/\(name)") }
          let now = call.broker.now()
          call.respondJSON(head) { Self.write(made.group, call.broker, now, to: &$0) }
        }
      })
    call.handler.hasProduced = true
  }

  private static func write(
    _ group: Group, _ broker: Broker, _ now: Int64, to json: inout JSONWriter
  ) {
    let standings = group.standings(now: now)
    json.beginObject()
    GroupSums(group, standings, broker).writeFields(to: &json)
    json.key("config")
    group.config.write(to: &json)
    json.key("partitions")
    json.beginArray()
    for standing in standings { Self.write(standing, now, to: &json) }
    json.endArray()
    json.endObject()
  }

  private static func write(
    _ standing: GroupStanding, _ now: Int64, to json: inout JSONWriter
  ) {
    json.beginObject()
    json.key("topic")
    json.string(standing.topic)
    json.key("partition")
    json.number(standing.partition)
    json.key("lag")
    json.number(standing.lag)
    json.key("in_flight")
    json.number(standing.inFlight)
    json.key("waiting")
    json.number(standing.waiting + standing.dying)
    json.key("dead")
    json.number(standing.counts.dead)
    json.key("done_before_offset")
    json.number(standing.floor)
    json.key("next_offset")
    json.number(standing.next)
    json.key("high_watermark")
    json.number(standing.offsets.highWatermark.value)
    json.key("log_start_offset")
    json.number(standing.offsets.logStart.value)
    json.key("oldest_in_flight_ms")
    if let oldest = standing.oldestDelivery {
      json.number(max(0, now - oldest))
    } else {
      json.null()
    }
    json.key("deleted_unacked")
    json.number(standing.counts.lost)
    json.endObject()
  }
}
