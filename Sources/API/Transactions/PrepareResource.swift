import Broker
import HTTP
import HTTPServer
import JSON
import Platform

/// POST `/v1/transactions`: stores records that nobody sees yet.
enum PrepareResource {
  /// How many topics the records of one transaction may name.
  static let topicsMax = 64

  @Sendable static func prepare(_ call: Call) throws(Problem) {
    let broker = call.broker
    if broker.queuedBytes > broker.limits.queuedBytesMax {
      var problem = Problem(
        .tooManyRequests, "too_many_bytes_in_flight",
        "More than \(broker.limits.queuedBytesMax) bytes wait for the disk.")
      problem.retryAfterSeconds = 1
      throw problem
    }
    if ProducerFields.areThere(call.head) {
      throw Problem.notSupportedYet("A producer's number for a transaction")
    }
    call.receiveJSON { document throws(Problem) in
      let body = try PrepareBody(document)
      var missing: [String] = []
      for name in try body.topics() {
        do throws(BrokerError) {
          _ = try broker.topic(name)
        } catch {
          guard broker.limits.autoCreatesTopics else { throw Problem(error) }
          missing.append(name)
        }
      }
      if missing.isEmpty { return try prepare(call, body) }
      // The document's bytes are gone when the topics are there: they are read a second time.
      make(missing, for: call, [UInt8](document.text))
    }
  }

  /// Makes topics as produce does, one after the other, then goes on with the body.
  private static func make(_ missing: [String], for call: Call, _ text: [UInt8]) {
    var rest = missing
    let name = rest.removeFirst()
    call.broker.findOrCreateTopic(
      name, sink: call.exchange.sink,
      call.completion { call, outcome in
        call.answer(outcome) { _ in
          if rest.isEmpty { prepareAgain(call, text) } else { make(rest, for: call, text) }
        }
      })
  }

  private static func prepareAgain(_ call: Call, _ text: [UInt8]) {
    text.withUnsafeBytes { bytes in
      do throws(JSONError) {
        let document = try call.handler.parser.parse(bytes)
        do throws(Problem) {
          try prepare(call, try PrepareBody(document))
        } catch {
          call.fail(error)
        }
      } catch {
        call.fail(Problem(error))
      }
    }
  }

  private static func prepare(_ call: Call, _ body: PrepareBody) throws(Problem) {
    let transactions = call.broker.transactions
    let draft = transactions.makeDraft(
      producerGroup: body.producerGroup, checkAfterMilliseconds: body.checkAfterMilliseconds,
      now: call.broker.now(), sink: call.exchange.sink)
    draft.acks = try acks(call, body)
    var index: Int64 = 0
    if let records = body.records {
      for record in records.elements {
        do throws(Problem) {
          try add(record, to: draft, call)
        } catch {
          throw error.with("record", index)
        }
        index += 1
      }
    }
    transactions.prepare(
      draft, sink: call.exchange.sink,
      call.completion { call, outcome in
        call.answer(outcome) { transaction in
          var head = ResponseHead(.created)
          head.add("Location", "/v1/transactions/\(transaction.id)")
          call.respondJSON(head) { TransactionJSON.write(transaction, to: &$0) }
        }
      })
    call.handler.hasProduced = true
  }

  private static func add(
    _ record: JSONValue, to draft: TransactionDraft, _ call: Call
  ) throws(Problem) {
    let production: Production
    do throws(BrokerError) {
      production = draft.production(for: try call.broker.topic(record["topic"]?.string ?? ""))
    } catch {
      throw Problem(error)
    }
    let target = RecordFramer.Target(
      production: production, parameters: .none, namesTopics: true)
    try call.handler.framer.add(record: record, to: target)
  }

  /// What the commit is to ack; refused at once if some of it is not to be had any more.
  private static func acks(
    _ call: Call, _ body: PrepareBody
  ) throws(Problem) -> [TransactionAcks] {
    var acks: [TransactionAcks] = []
    var stale: [String] = []
    for (name, texts) in body.acks {
      let group: Group
      do throws(BrokerError) {
        group = try call.broker.groups.group(name)
      } catch {
        throw Problem(error)
      }
      let receipts = texts.map { $0.stringBytes.flatMap { call.handler.signer.open($0) } }
      for (text, holds) in zip(texts, group.holds(receipts)) where !holds {
        stale.append(text.string ?? "")
      }
      acks.append(TransactionAcks(group: name, receipts: receipts.compactMap { $0 }))
    }
    if stale.isEmpty { return acks }
    throw Problem(
      .conflict, "receipt_stale", "\(stale.count) receipts do not count any more, or never did."
    ).with("receipts", stale)
  }
}
