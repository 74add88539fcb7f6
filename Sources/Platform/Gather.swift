import Glibc

/// Runs of bytes to be sent by one call (`sendmsg`). Belongs to one thread; the bytes must stay
/// where they are until they are sent.
public final class Gather {
  /// The most runs one call takes (`IOV_MAX`).
  public static let runsMax = 1024

  let vectors: UnsafeMutablePointer<iovec>
  private let runsMax: Int
  /// How many runs there are.
  public private(set) var runs = 0
  /// How many bytes they have together.
  public private(set) var bytes = 0

  /// Room for so many runs.
  public init(runsMax: Int = Gather.runsMax) {
    self.runsMax = runsMax
    vectors = .allocate(capacity: runsMax)
  }

  deinit { vectors.deallocate() }

  /// True when no more runs may be added.
  public var isFull: Bool { runs == runsMax }

  /// Adds a run behind the others; there must be room.
  public func append(_ run: UnsafeRawBufferPointer) {
    precondition(!isFull, "a gather has no room for another run")
    vectors[runs] = iovec(
      iov_base: UnsafeMutableRawPointer(mutating: run.baseAddress), iov_len: run.count)
    runs += 1
    bytes += run.count
  }

  /// Forgets all runs.
  public func removeAll() {
    runs = 0
    bytes = 0
  }
}
