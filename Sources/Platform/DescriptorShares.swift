/// How a process divides the descriptors and memory maps that the system lets it have: a share for
/// connections, one for files that are kept open, and a rest for everything else.
public struct DescriptorShares: Sendable, Equatable {
  /// Listeners, pollers, and files that are opened for a moment: at most so many.
  private static let othersMax = 256
  /// More files than this are not worth keeping open.
  private static let filesMax = 1 << 16

  /// Connections at one time.
  public let connections: Int
  /// Files that are kept open.
  public let files: Int
  /// Maps that are kept.
  public let maps: Int

  /// Divides what there is: connections get what they want, up to three fifths.
  public init(
    connectionsWanted: Int, descriptors: Int = ResourceLimits.openFiles,
    maps: Int = ResourceLimits.maps
  ) {
    let others = min(DescriptorShares.othersMax, descriptors / 8)
    let rest = max(2, descriptors - others)
    connections = max(1, min(connectionsWanted, rest / 5 * 3))
    files = max(1, min(rest - connections, DescriptorShares.filesMax))
    // The other half is for the memory allocator, stacks and libraries.
    self.maps = max(1, maps / 2)
  }
}
