import Glibc

/// Which thread this is: cheap to ask, good for telling whether a value is where it belongs.
public struct ThreadIdentity: Equatable, Sendable {
  @usableFromInline let number: UInt

  @usableFromInline init(number: UInt) { self.number = number }

  /// The calling thread.
  @inlinable public static var current: ThreadIdentity {
    ThreadIdentity(number: UInt(pthread_self()))
  }
}
