/// What the textbook says each strategy takes for one chunk.
struct Textbook {
  /// System calls. A lasting map spares `mmap` one of its two, and pays in page faults.
  let calls: Int
  /// Copies of the bytes, the disk's and the network card's included.
  let copies: Int
  /// Those that the processor makes.
  let processorCopies: Int

  static func entry(_ strategy: String) -> Textbook {
    switch strategy {
    case "read": Textbook(calls: 2, copies: 4, processorCopies: 2)
    case "mmap": Textbook(calls: 1, copies: 3, processorCopies: 1)
    default: Textbook(calls: 1, copies: 2, processorCopies: 0)
    }
  }
}
