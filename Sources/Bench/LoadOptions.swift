/// What all loads on a server have in common.
public struct LoadOptions: Sendable {
  /// The server; `nil` stands for one of the bench's own.
  public var target: LoadTarget?
  /// Where a server of one's own keeps its data.
  public var directory = "/var/tmp"
  /// Connections at a time.
  public var connections = 16
  /// How long the load lasts.
  public var seconds = 10
  /// Bytes of a record's value.
  public var valueBytes = 100
  /// Records of one request.
  public var recordsPerRequest = 1
  /// Partitions of the topic.
  public var partitions = 1
  /// `disk` or `memory`.
  public var durability = "disk"
  /// `committed` or `written`.
  public var acknowledgement = "committed"

  /// The defaults.
  public init() {}
}
