/// What a copy strategy costs by the textbook, for each chunk of a file: to be laid beside what it
/// was measured to cost.
public struct TextbookCost: Sendable {
  /// System calls. A lasting map saves one of the map's.
  public let systemCalls: Int
  /// Changes between user mode and the kernel: two a call.
  public let contextSwitches: Int
  /// Copies between disk, page cache, program, socket and network.
  public let copies: Int
  /// Those of them that the processor makes itself.
  public let processorCopies: Int
}

extension CopyStrategy {
  /// What the textbook says.
  public var textbookCost: TextbookCost {
    switch self {
    case .read: TextbookCost(systemCalls: 2, contextSwitches: 4, copies: 4, processorCopies: 2)
    case .mmap: TextbookCost(systemCalls: 2, contextSwitches: 4, copies: 3, processorCopies: 1)
    case .sendfile:
      TextbookCost(systemCalls: 1, contextSwitches: 2, copies: 2, processorCopies: 0)
    }
  }
}
