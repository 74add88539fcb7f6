import Platform

/// Takes what a comparison sends, on a thread of its own, and has the kernel throw it away: what is
/// measured is the sending.
final class CopyReceiver: Sendable {
  /// How much one call throws away.
  private static let callBytesMax = 1 << 20

  private let socket: ClientSocket
  private let wanted = Mailbox<Int>()
  private let ends = Mailbox<MonotonicTime?>()
  private let thread: Thread

  /// Connects to a listener on this machine and starts the thread.
  init(_ address: SocketAddress, clock: any Clock) throws(SystemError) {
    let socket = try ClientSocket(connectingTo: address)
    let wanted = wanted
    let ends = ends
    self.socket = socket
    thread = try Thread(name: "copy-receiver") {
      var counts: [Int] = []
      while wanted.take(into: &counts, until: nil) {
        for count in counts {
          ends.post(CopyReceiver.discard(count, from: socket) ? clock.monotonicTime() : nil)
        }
      }
    }
  }

  /// So many bytes will come now.
  func expect(_ count: Int) { wanted.post(count) }

  /// Waits for the last of them; gives when it came, or `nil` if it did not by then.
  func end(by deadline: MonotonicTime) -> MonotonicTime? {
    var found: [MonotonicTime?] = []
    guard ends.take(into: &found, until: deadline) else { return nil }
    return found.last ?? nil
  }

  /// Ends the connection and the thread.
  func stop() {
    wanted.close()
    socket.close()
    thread.join()
  }

  private static func discard(_ count: Int, from socket: ClientSocket) -> Bool {
    var left = count
    while left > 0 {
      guard let taken = try? socket.discard(min(left, callBytesMax)), taken > 0 else {
        return false
      }
      left -= taken
    }
    return true
  }
}
