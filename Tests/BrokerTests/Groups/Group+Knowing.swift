@testable import Broker

extension Group {
  /// Receives, and looks up the keys that it cannot go on without.
  func receiveKnowing(_ request: ReceiveRequest, now: Int64) throws -> Lease {
    var request = request
    while true {
      let lease = try receive(request, now: now)
      guard let gap = lease.gap else { return lease }
      learnKeys(gap)
      request.goOn(behind: lease)
    }
  }
}
