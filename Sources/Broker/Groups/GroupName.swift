/// What a consumer group may be called.
public enum GroupName {
  /// What stands behind the group's name in the name of its dead-letter topic.
  static let deadLetterSuffix = ".dlq"

  /// True for the name of a topic that leaves room for that of its dead-letter topic.
  public static func isValid(_ name: String) -> Bool {
    TopicName.isValid(name) && TopicName.isValid(name + deadLetterSuffix)
  }
}
