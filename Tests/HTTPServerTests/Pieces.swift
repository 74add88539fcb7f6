import HTTPServer
import Platform

/// A body that comes in so many pieces, with a pause before each if one is asked for.
final class Pieces: BodySource {
  private var left: Int
  private let bytes: Int
  private let end: BodyStep
  private let pause: ((Pieces) -> Void)?
  private var isPaused = false

  /// - Parameter pause: called instead of giving a piece, before each; it resumes the output.
  init(_ count: Int, of bytes: Int, end: BodyStep = .end, pause: ((Pieces) -> Void)? = nil) {
    (left, self.bytes, self.end, self.pause) = (count, bytes, end, pause)
  }

  func fill(_ buffer: ByteBuffer, budget: Int) -> BodyStep {
    if let pause, !isPaused {
      isPaused = true
      pause(self)
      return .waiting
    }
    isPaused = false
    if left == 0 { return end }
    left -= 1
    for _ in 0..<bytes { buffer.append(UInt8(ascii: "p")) }
    return left == 0 ? end : .more
  }
}
