import HTTPServer
import Platform

/// Stands for a stream where only its head is asked for.
final class StreamHead: BodySource {
  func fill(_ buffer: ByteBuffer, budget: Int) -> BodyStep { .waiting }
}
