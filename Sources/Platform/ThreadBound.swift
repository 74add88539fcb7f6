/// A value that belongs to one thread, on its way through others: they carry it, only its own may
/// open it.
public struct ThreadBound<Value>: @unchecked Sendable {
  @usableFromInline let owner = ThreadIdentity.current
  @usableFromInline let bound: Value

  /// Binds `value` to the calling thread.
  @inlinable public init(_ value: Value) { bound = value }

  /// The value. Stops the program on any other thread.
  @inlinable public var value: Value {
    precondition(ThreadIdentity.current == owner, "a thread's value was opened on another thread")
    return bound
  }
}
