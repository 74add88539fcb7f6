/// Large buffers kept for reuse, so that a busy path does not pay for fresh pages each time.
public final class BufferPool: Sendable {
  private let idle = Lock<[ByteBuffer]>([])
  private let capacity: Int
  private let idleMax: Int

  /// A pool of buffers of `capacity` bytes; at most `idleMax` of them are kept while nobody uses
  /// them.
  public init(capacity: Int, idleMax: Int) {
    self.capacity = capacity
    self.idleMax = idleMax
  }

  /// An empty buffer, used before or new.
  public func take() -> ByteBuffer {
    idle.withLock { $0.popLast() } ?? ByteBuffer(capacity: capacity)
  }

  /// Gives a buffer back. One that has grown to more than twice the pool's size is let go instead.
  public func give(_ buffer: ByteBuffer) {
    guard buffer.capacity <= capacity * 2 else { return }
    buffer.removeAll()
    idle.withLock { if $0.count < idleMax { $0.append(buffer) } }
  }
}
