import Broker
import HTTP
import HTTPServer
import Log
import Platform

/// POST `/v1/topics/{topic}/records`: checks the body and hands its records over.
enum ProduceResource {
  static let supported = [
    "application/json", "application/x-ndjson", "text/plain", "application/octet-stream",
    "application/x-www-form-urlencoded", "application/vnd.kafka.recordbatch.v2",
  ]

  /// What the body is, by its Content-Type; one value if nothing is said.
  private enum Form: Int {
    case json, jsonLines, textLines, value, formValue, batches
  }

  private static let types: [MediaType] = supported.map { MediaType($0)! }

  @Sendable static func produce(_ call: Call) throws(Problem) {
    let parameters = try ProduceParameters(call)
    let form = try form(call.head)
    if form == .batches, parameters.partition == nil {
      throw Problem.invalidParameter("partition", "Record batches need it.")
    }
    if form == .batches, parameters.key != nil || parameters.tag != nil {
      throw Problem.invalidParameter(
        parameters.key != nil ? "key" : "tag", "Record batches carry their own keys and tags.")
    }
    let broker = call.broker
    if broker.queuedBytes > broker.limits.queuedBytesMax {
      var problem = Problem(
        .tooManyRequests, "too_many_bytes_in_flight",
        "More than \(broker.limits.queuedBytesMax) bytes wait for the disk.")
      problem.retryAfterSeconds = 1
      throw problem
    }
    let name = try call.pathSegment(2)
    do {
      receive(call, form, parameters, try broker.topic(name))
    } catch {
      guard case .topicNotFound = error, broker.limits.autoCreatesTopics else {
        throw Problem(error)
      }
      // The topic would be made, and then have no such partition.
      if let partition = parameters.partition, partition >= Broker.partitionsByDefault {
        throw Problem(
          BrokerError.partitionNotFound(partition, partitions: Broker.partitionsByDefault))
      }
      broker.findOrCreateTopic(
        name, sink: call.exchange.sink,
        call.completion { call, outcome in
          call.answer(outcome) { topic in receive(call, form, parameters, topic) }
        })
    }
  }

  private static func form(_ head: RequestHead) throws(Problem) -> Form {
    guard head.has(.contentType) else { return .value }
    let index = head.withValue(of: .contentType) { MediaType.firstIndex(of: $0, in: types) }
    if let index = index ?? nil, let form = Form(rawValue: index) { return form }
    throw Problem(
      .unsupportedMediaType, "unsupported_media_type", "Records do not come in this form."
    ).with("supported", supported)
  }

  private static func receive(
    _ call: Call, _ form: Form, _ parameters: ProduceParameters, _ topic: Topic
  ) {
    if let partition = parameters.partition {
      do {
        _ = try topic.partition(partition)
      } catch {
        return call.fail(Problem(error))
      }
    }
    // One time for both: a repeat is answered with the one that was stored.
    let now = call.broker.now()
    let production = Production(
      topic, acknowledgement: parameters.acknowledgement, timestamp: now,
      delays: call.broker.delays, limits: call.broker.limits, sink: call.exchange.sink,
      stamp: parameters.stamp)
    let answer = ProduceAnswer(call, production, timestamp: now)
    let limit = topic.config.log.maxRecordBytes
    switch form {
    case .json:
      call.receiveDocument { document throws(Problem) in
        let target = RecordFramer.Target(production: production, parameters: parameters)
        try call.handler.framer.add(body: document, to: target)
        answer.finish()
      }
    case .jsonLines:
      let framer = JSONLineFramer(production, parameters, parser: call.handler.parser)
      LineBody.receive(
        answer, lineBytesMax: limit * 2 + (64 << 10), skipsEmptyLines: true, framer)
    case .textLines:
      let framer = TextLineFramer(production, parameters)
      LineBody.receive(answer, lineBytesMax: limit, skipsEmptyLines: false, framer)
    case .value, .formValue:
      call.receiveWhole(limitBytes: limit, tooLarge: recordTooLarge) { body in
        do throws(Problem) {
          try TextLineFramer(production, parameters).add(body)
          answer.finish()
        } catch {
          call.fail(error)
        }
      }
    case .batches:
      call.receiveWhole(limitBytes: call.service.options.bodyBytesMax) { body in
        do throws(Problem) {
          try store(body, parameters, in: production, recordBytesMax: limit)
          answer.finish()
        } catch {
          call.fail(error)
        }
      }
    }
  }

  /// Stores record batches as they came; if they are delivered later, as the records they hold.
  private static func store(
    _ body: UnsafeRawBufferPointer, _ parameters: ProduceParameters, in production: Production,
    recordBytesMax: Int
  ) throws(Problem) {
    let partition = parameters.partition ?? 0
    do {
      let batches = try BatchValidator(recordBytesMax: recordBytesMax).frame(
        body, stamp: parameters.stamp)
      guard let delivery = parameters.delivery else {
        if !batches.isEmpty { production.store(batches, partition: partition) }
        return
      }
      var rest = body
      while let header = BatchHeader(rest) {
        var records = try RecordReader(rest, header: header)
        while let record = try records.next() {
          try production.add(
            key: record.key, value: record.value, headers: RecordHeaders(of: record),
            timestamp: record.timestamp, partition: partition, delivery: delivery)
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[header.size...])
      }
    } catch {
      throw Problem(any: error)
    }
  }

  private static func recordTooLarge(_ limit: Int) -> Problem {
    Problem(
      .contentTooLarge, "record_too_large", "The topic takes records of at most \(limit) bytes."
    )
    .with("limit_bytes", Int64(limit))
  }
}
