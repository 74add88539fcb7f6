import Broker
import HTTP
import HTTPServer
import JSON
import Log

/// POST `/v1/groups/{group}/seek`: `{"topic","partition":…,"to":"earliest"/"latest"/time/offset}`.
enum SeekResource {
  private enum Target: Sendable {
    case earliest
    case latest
    case offset(Offset)
    /// The first record not older than this, in milliseconds since 1970.
    case time(Int64)
  }

  private typealias Places = [(partition: Int, offset: Offset)]

  @Sendable static func seek(_ call: Call) throws(Problem) {
    let group = try call.groupToUse()
    call.receiveJSON { document throws(Problem) in
      let place = try PartitionPlace(document, known: ["to"], call)
      guard let to = document["to"] else {
        throw Problem.invalidParameter("to", "It must be given.")
      }
      let target = try target(to)
      let topic = place.topic
      let partitions = place.partition.map { [$0] } ?? Array(topic.partitions.indices)
      // A search by time may need the disk.
      call.exchange.offload { () -> Result<Places, LogError> in
        do throws(LogError) {
          return .success(try find(target, in: topic, partitions))
        } catch {
          return .failure(error)
        }
      } then: { outcome in
        switch outcome {
        case .success(let places): go(call, group, topic, places)
        case .failure(let error): call.fail(Problem(error))
        }
      }
    }
  }

  private static func target(_ value: JSONValue) throws(Problem) -> Target {
    if let number = value.int64, number >= 0 { return .offset(Offset(number)) }
    switch value.string {
    case "earliest": return .earliest
    case "latest": return .latest
    case .some(let text):
      if let time = TimestampText.milliseconds(text) { return .time(time) }
    case nil: break
    }
    throw Problem.invalidParameter(
      "to",
      "It must be earliest, latest, an offset as a number, or a time as a text: RFC 3339, or "
        + "milliseconds since 1970.")
  }

  private static func find(
    _ target: Target, in topic: Topic, _ partitions: [Int]
  ) throws(LogError) -> Places {
    var places: Places = []
    for number in partitions {
      let log = topic.partitions[number]
      let offsets = log.offsets
      switch target {
      case .earliest: places.append((number, offsets.logStart))
      case .latest: places.append((number, offsets.highWatermark))
      case .time(let time): places.append((number, try log.offset(atOrAfter: time)))
      case .offset(let offset):
        guard offset >= offsets.logStart else {
          throw .offsetTooOld(logStartOffset: offsets.logStart)
        }
        guard offset <= offsets.highWatermark else {
          throw .offsetPastEnd(highWatermark: offsets.highWatermark)
        }
        places.append((number, offset))
      }
    }
    return places
  }

  private static func go(_ call: Call, _ group: Group, _ topic: Topic, _ places: Places) {
    group.seek(
      topic, to: places, sink: call.exchange.sink,
      call.completion { call, outcome in
        call.answer(outcome) { _ in
          call.respondJSON { json in
            json.beginObject()
            json.key("topic")
            json.string(topic.name)
            json.key("partitions")
            json.beginArray()
            for place in places {
              json.beginObject()
              json.key("partition")
              json.number(place.partition)
              json.key("next_offset")
              json.number(place.offset.value)
              json.endObject()
            }
            json.endArray()
            json.endObject()
          }
        }
      })
    call.broker.wakeWriter()
  }
}
