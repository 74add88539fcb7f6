import Glibc

/// Where log lines go, and what is said to people beside a command's output.
public enum StandardError {
  /// Writes a line whole, so that lines of several threads do not mix.
  public static func write(_ bytes: UnsafeRawBufferPointer) {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(2, bytes.baseAddress! + done, bytes.count - done)
      if count < 0, errno != EINTR { return }
      done += max(0, count)
    }
  }

  /// True when a person looks at it.
  public static var isTerminal: Bool { isatty(2) == 1 }

  /// Writes text.
  public static func write(_ text: String) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }
}
