import Broker
import JSON
import Log

/// `/v1/topics/{topic}/partitions/{partition}` and its truncation.
enum PartitionResource {
  @Sendable static func get(_ call: Call) throws(Problem) {
    let number = try call.partitionNumber()
    let topic = try call.topic()
    let log: any RecordLog
    let segments: [SegmentDescription]
    do {
      log = try topic.partition(number)
    } catch {
      throw Problem(error)
    }
    do {
      segments = try log.describeSegments()
    } catch {
      throw Problem(error)
    }
    call.respondJSON { json in
      json.beginObject()
      json.key("topic")
      json.string(topic.name)
      writeFigures(number, log, to: &json)
      json.key("segments")
      json.beginArray()
      for segment in segments { Self.write(segment, to: &json) }
      json.endArray()
      json.endObject()
    }
  }

  @Sendable static func truncate(_ call: Call) throws(Problem) {
    let number = try call.partitionNumber()
    let name = try call.topic().name
    call.receiveJSON { document throws(Problem) in
      guard let before = document["before_offset"]?.int64, before >= 0, document.count == 1 else {
        throw Problem(
          .badRequest, "invalid_parameter",
          "The body must be {\"before_offset\":n} with n a whole number of at least 0.")
      }
      call.broker.truncate(
        name, partition: number, before: Offset(before), sink: call.exchange.sink,
        call.completion { call, outcome in
          call.answer(outcome) { start in
            call.respondJSON { json in
              json.beginObject()
              json.key("topic")
              json.string(name)
              json.key("partition")
              json.number(number)
              json.key("log_start_offset")
              json.number(start.value)
              json.endObject()
            }
          }
        })
    }
  }

  /// Number, frontiers and size, into an object that is open.
  static func writeFigures(_ number: Int, _ log: any RecordLog, to json: inout JSONWriter) {
    let offsets = log.offsets
    json.key("partition")
    json.number(number)
    json.key("log_start_offset")
    json.number(offsets.logStart.value)
    json.key("high_watermark")
    json.number(offsets.highWatermark.value)
    json.key("log_end_offset")
    json.number(offsets.logEnd.value)
    json.key("bytes")
    json.number(log.bytes)
  }

  private static func write(_ segment: SegmentDescription, to json: inout JSONWriter) {
    json.beginObject()
    json.key("base_offset")
    json.number(segment.baseOffset.value)
    json.key("next_offset")
    json.number(segment.nextOffset.value)
    json.key("bytes")
    json.number(segment.bytes)
    json.key("max_timestamp")
    if let time = segment.maxTimestamp { json.number(time) } else { json.null() }
    json.key("sealed")
    json.bool(segment.sealed)
    json.endObject()
  }
}
