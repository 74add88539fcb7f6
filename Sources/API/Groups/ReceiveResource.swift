import HTTP
import HTTPServer

/// POST `/v1/groups/{group}/receive`.
enum ReceiveResource {
  private static let offered: [MediaType] = [
    "application/json", "application/vnd.kafka.recordbatch.v2",
  ]

  @Sendable static func receive(_ call: Call) throws(Problem) {
    guard let chosen = call.head.preferredMediaType(among: offered) else {
      throw Problem(.notAcceptable, "not_acceptable", "Messages are not to be had in this form.")
        .with("supported", offered.map(\.description))
    }
    let isRaw = chosen == offered[1]
    call.receiveJSON { document throws(Problem) in
      let body = try ReceiveBody(document, waitMax: call.service.options.waitMillisecondsMax)
      let group = try call.groupToUse()
      Receive(call, group, body, isRaw: isRaw).run()
    }
  }
}
