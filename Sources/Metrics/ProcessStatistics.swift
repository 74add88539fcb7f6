/// What the kernel says of this process at one moment; `Platform` fills it, `ProcessMetrics` shows
/// it.
public struct ProcessStatistics: Sendable, Equatable {
  /// User and system CPU time of all threads since the start, in nanoseconds.
  public var cpuNanoseconds: UInt64
  /// Resident memory in bytes.
  public var residentBytes: UInt64
  /// Address space in bytes.
  public var virtualBytes: UInt64
  /// How many file descriptors are open.
  public var openDescriptors: UInt64
  /// How many file descriptors may be open; `UInt64.max` when there is no limit.
  public var descriptorsMax: UInt64
  /// When the process started, in milliseconds since 1970.
  public var startMilliseconds: UInt64
  /// How many threads there are.
  public var threads: UInt64

  /// All figures of one moment, in the units of the properties.
  public init(
    cpuNanoseconds: UInt64, residentBytes: UInt64, virtualBytes: UInt64, openDescriptors: UInt64,
    descriptorsMax: UInt64, startMilliseconds: UInt64, threads: UInt64
  ) {
    self.cpuNanoseconds = cpuNanoseconds
    self.residentBytes = residentBytes
    self.virtualBytes = virtualBytes
    self.openDescriptors = openDescriptors
    self.descriptorsMax = descriptorsMax
    self.startMilliseconds = startMilliseconds
    self.threads = threads
  }
}
