/// How a non-blocking transfer ended.
public enum Transfer: Sendable, Equatable {
  /// So many bytes moved; at least one.
  case bytes(Int)
  /// Nothing can move now; the poller will say when.
  case wouldBlock
  /// The other side is done: nothing will ever move again.
  case ended
}
