/// How much room a file system has.
public struct DiskSpace: Sendable, Equatable {
  /// Its size.
  public let totalBytes: Int
  /// What this process may still write.
  public let availableBytes: Int

  /// A size and what is left of it.
  public init(totalBytes: Int, availableBytes: Int) {
    self.totalBytes = totalBytes
    self.availableBytes = availableBytes
  }
}
