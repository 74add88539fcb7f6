/// What a log remembers of one producer.
public struct ProducerEntry: Sendable, Equatable {
  /// Its life: an older one is fenced off.
  public let epoch: Int16
  /// Its last requests of that life.
  public internal(set) var requests: RequestWindow
  /// When the last one came, by the server's clock, in milliseconds since 1970.
  public internal(set) var latestMilliseconds: Int64
}
