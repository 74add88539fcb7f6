import Glibc

/// Which thread this is: cheap to ask, good for telling whether a value is where it belongs.
public struct ThreadIdentity: Equatable, Sendable {
  private let number: UInt

  /// The calling thread.
  public static var current: ThreadIdentity { ThreadIdentity(number: UInt(pthread_self())) }
}
