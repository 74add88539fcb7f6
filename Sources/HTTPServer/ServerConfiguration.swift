import HTTP
import Platform

/// What a server may do, and for how long. Every limit has an answer of its own.
public struct ServerConfiguration: Sendable {
  /// Where to listen: at one place at least.
  public var addresses: [ListenAddress]
  /// How many event loops to run.
  public var loopCount: Int
  /// Limits of request heads.
  public var headLimits = HeadLimits()
  /// Connections at one time; one more is answered 503.
  public var connectionsMax = 10_000
  /// How long a connection may be silent between requests, in milliseconds; then it is closed.
  public var idleMilliseconds = 75_000
  /// How long a request's head may take to arrive, in milliseconds; then 408.
  public var headMilliseconds = 10_000
  /// How long a body may be silent, in milliseconds; then 408.
  public var bodySilenceMilliseconds = 30_000
  /// How long a client may take nothing of an answer, in milliseconds; then its connection is
  /// closed.
  public var sendSilenceMilliseconds = 60_000
  /// How long a stop waits for requests under way, in milliseconds.
  public var drainMilliseconds = 10_000
  /// Threads that bring cold pages in and do what may wait for a disk.
  public var readerThreads = 4

  /// The defaults, for these places.
  public init(addresses: [ListenAddress], loopCount: Int = Processors.available()) {
    precondition(!addresses.isEmpty, "a server listens somewhere")
    self.addresses = addresses
    self.loopCount = max(1, loopCount)
  }
}
