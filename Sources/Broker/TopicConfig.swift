import Log

/// How a topic keeps its records. What is not given is as `LogSettings` has it.
public struct TopicConfig: Sendable, Equatable {
  /// What the partitions' logs are told.
  public var log: LogSettings

  /// The given settings, or the defaults.
  public init(log: LogSettings = LogSettings()) { self.log = log }
}
