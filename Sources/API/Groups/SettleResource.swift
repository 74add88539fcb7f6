import Broker
import HTTP
import JSON
import Platform

/// POST `/v1/groups/{group}/ack`, `/nack` and `/extend`.
enum SettleResource {
  private static let receiptsMax = 10_000

  @Sendable static func ack(_ call: Call) throws(Problem) {
    try receive(call, fields: []) { (_) throws(Problem) in .ack }
  }

  @Sendable static func nack(_ call: Call) throws(Problem) {
    try receive(call, fields: ["delay", "dead_letter"]) { document throws(Problem) in
      if let flag = document["dead_letter"] {
        guard let isDead = flag.bool else {
          throw Problem.invalidParameter("dead_letter", "It must be true or false.")
        }
        if isDead {
          guard document["delay"] == nil else {
            throw Problem.invalidParameter("delay", "A dead letter has none.")
          }
          return .bury
        }
      }
      guard let delay = document["delay"] else { return .nack(delayMilliseconds: nil) }
      return .nack(
        delayMilliseconds: try ReceiveBody.duration(
          delay, "delay", 0...GroupConfig.delayMillisecondsMax))
    }
  }

  @Sendable static func extend(_ call: Call) throws(Problem) {
    let group = try call.group()
    try receive(call, fields: ["lease"]) { document throws(Problem) in
      guard let lease = document["lease"] else {
        return .extend(leaseMilliseconds: group.config.leaseMilliseconds)
      }
      return .extend(leaseMilliseconds: try ReceiveBody.lease(lease))
    }
  }

  private static func receive(
    _ call: Call, fields: [StaticString],
    _ settlement: @escaping (JSONValue) throws(Problem) -> Settlement
  ) throws(Problem) {
    let group = try call.group()
    call.receiveJSON { document throws(Problem) in
      guard document.kind == .object, let texts = document["receipts"], texts.kind == .array
      else {
        throw Problem.invalidParameter("receipts", "The body must have an array of receipts.")
      }
      for (key, _) in document.members {
        guard key == "receipts" || fields.contains(where: { key == $0 }) else {
          throw Problem.invalidParameter(key.string, "There is no such field.")
        }
      }
      guard texts.count <= receiptsMax else {
        throw Problem.invalidParameter("receipts", "At most \(receiptsMax) go at a time.")
      }
      let settlement = try settlement(document)
      var receipts: [Receipt?] = []
      receipts.reserveCapacity(texts.count)
      for text in texts.elements {
        guard let bytes = text.stringBytes else {
          throw Problem.invalidParameter("receipts", "A receipt must be a text.")
        }
        receipts.append(call.handler.signer.open(bytes))
      }
      settle(call, group, texts, receipts, settlement)
    }
  }

  private static func settle(
    _ call: Call, _ group: Group, _ texts: JSONValue, _ receipts: [Receipt?],
    _ settlement: Settlement
  ) {
    let outcome = SettleOutcome()
    let counted = group.settle(
      receipts, settlement, now: call.broker.now(), random: Double.random(in: 0..<1),
      sink: call.exchange.sink,
      call.completion { call, written in
        call.answer(written) { _ in call.respondJSON { outcome.write(to: &$0) } }
      })
    for (text, counts) in zip(texts.elements, counted) {
      outcome.add(text.string ?? "", counts: counts)
    }
    call.handler.hasProduced = true
  }
}
