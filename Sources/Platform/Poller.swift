import CLinux
import Glibc

/// Readiness of many descriptors, edge-triggered (`epoll(7)`). One thread waits.
///
/// A registration carries a token that comes back with each event; the owner puts a generation in
/// it, so that an event queued before a descriptor was closed never meets the next user of the same
/// number.
public final class Poller {
  /// What a descriptor is ready for.
  public struct Event {
    /// The token given at registration.
    public let token: UInt64
    /// There may be bytes, a connection or an end to read.
    public let readable: Bool
    /// The peer has closed its side: behind what there is to read stands the end. No further event
    /// says so.
    public let ended: Bool
    /// There may be room to write.
    public let writable: Bool
    /// The peer is gone or the socket failed.
    public let broken: Bool
  }

  private let descriptor: Descriptor
  private let events: UnsafeMutablePointer<epoll_event>
  private let eventsMax = 512

  /// An empty poller.
  public init() throws(SystemError) {
    descriptor = Descriptor(
      owning: try valueOrError("epoll_create1") { epoll_create1(CInt(EPOLL_CLOEXEC)) })
    events = .allocate(capacity: eventsMax)
  }

  deinit { events.deallocate() }

  /// Watches a socket for both directions, edge-triggered, until it is closed.
  public func watch(_ socket: StreamSocket, token: UInt64) throws(SystemError) {
    try add(
      socket.descriptor.number, token: token,
      EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue)
  }

  /// Watches a listener, level-triggered: what one turn leaves is told again at the next.
  public func watch(_ listener: Listener, token: UInt64) throws(SystemError) {
    try add(listener.descriptor.number, token: token, EPOLLIN.rawValue)
  }

  /// Watches a bell, level-triggered.
  public func watch(_ wakeup: Wakeup, token: UInt64) throws(SystemError) {
    try add(wakeup.descriptor.number, token: token, EPOLLIN.rawValue)
  }

  /// No longer watches a listener.
  public func forget(_ listener: Listener) {
    _ = epoll_ctl(descriptor.number, EPOLL_CTL_DEL, listener.descriptor.number, nil)
  }

  private func add(_ number: CInt, token: UInt64, _ interest: UInt32) throws(SystemError) {
    var event = epoll_event(events: interest, data: epoll_data_t(u64: token))
    _ = try valueOrError("epoll_ctl") {
      epoll_ctl(descriptor.number, EPOLL_CTL_ADD, number, &event)
    }
  }

  /// Waits for events for at most so many milliseconds (below zero: for ever) and hands each to
  /// `body`.
  public func wait(milliseconds: Int, _ body: (Event) -> Void) {
    let timeout = CInt(clamping: milliseconds)
    let count = epoll_wait(descriptor.number, events, CInt(eventsMax), timeout)
    guard count > 0 else { return }
    for index in 0..<Int(count) {
      let raw = events[index]
      let set = raw.events
      body(
        Event(
          token: raw.data.u64,
          readable: set & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0,
          ended: set & EPOLLRDHUP.rawValue != 0,
          writable: set & EPOLLOUT.rawValue != 0,
          broken: set & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0))
    }
  }
}
