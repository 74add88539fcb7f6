import CLinux
import Glibc

/// What the calling thread has used since it began: the raw material of the delivery meter.
public struct ThreadUsage: Sendable {
  /// CPU time in user mode, in microseconds.
  public var userMicroseconds: Int
  /// CPU time in the kernel, in microseconds.
  public var systemMicroseconds: Int
  /// Page faults that needed no disk.
  public var minorFaults: Int
  /// Page faults that waited for a disk.
  public var majorFaults: Int
  /// Times the thread gave up the processor to wait.
  public var voluntarySwitches: Int
  /// Times the processor was taken from it.
  public var involuntarySwitches: Int

  /// A thread that has done nothing yet.
  public static let zero = ThreadUsage(
    userMicroseconds: 0, systemMicroseconds: 0, minorFaults: 0, majorFaults: 0,
    voluntarySwitches: 0, involuntarySwitches: 0)

  /// The figures of two stretches together.
  public static func + (left: ThreadUsage, right: ThreadUsage) -> ThreadUsage {
    ThreadUsage(
      userMicroseconds: left.userMicroseconds + right.userMicroseconds,
      systemMicroseconds: left.systemMicroseconds + right.systemMicroseconds,
      minorFaults: left.minorFaults + right.minorFaults,
      majorFaults: left.majorFaults + right.majorFaults,
      voluntarySwitches: left.voluntarySwitches + right.voluntarySwitches,
      involuntarySwitches: left.involuntarySwitches + right.involuntarySwitches)
  }

  /// What was used from `earlier` on. The split of CPU time into user and system is an estimate of
  /// the kernel's, of which either part may go back a little; their sum does not.
  public static func - (later: ThreadUsage, earlier: ThreadUsage) -> ThreadUsage {
    ThreadUsage(
      userMicroseconds: max(0, later.userMicroseconds - earlier.userMicroseconds),
      systemMicroseconds: max(0, later.systemMicroseconds - earlier.systemMicroseconds),
      minorFaults: later.minorFaults - earlier.minorFaults,
      majorFaults: later.majorFaults - earlier.majorFaults,
      voluntarySwitches: later.voluntarySwitches - earlier.voluntarySwitches,
      involuntarySwitches: later.involuntarySwitches - earlier.involuntarySwitches)
  }

  /// The calling thread's figures (`getrusage(RUSAGE_THREAD)`).
  ///
  /// The thread's CPU clock is read first: that brings the kernel's own count up to this moment,
  /// which `getrusage` alone leaves at the last timer tick.
  public static func now() -> ThreadUsage {
    var clock = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &clock)
    var usage = rusage()
    _ = sluice_thread_usage(&usage)
    return ThreadUsage(
      userMicroseconds: usage.ru_utime.tv_sec * 1_000_000 + usage.ru_utime.tv_usec,
      systemMicroseconds: usage.ru_stime.tv_sec * 1_000_000 + usage.ru_stime.tv_usec,
      minorFaults: usage.ru_minflt, majorFaults: usage.ru_majflt,
      voluntarySwitches: usage.ru_nvcsw, involuntarySwitches: usage.ru_nivcsw)
  }
}
