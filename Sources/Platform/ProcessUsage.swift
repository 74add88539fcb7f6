import Glibc

/// What the kernel says of this process (`proc(5)`).
public struct ProcessUsage: Sendable {
  /// User and system CPU time of all threads since the start, in nanoseconds.
  public let cpuNanoseconds: UInt64
  /// Resident memory in bytes.
  public let residentBytes: UInt64
  /// Address space in bytes.
  public let virtualBytes: UInt64
  /// Open descriptors.
  public let openDescriptors: UInt64
  /// When the process started, in milliseconds since 1970.
  public let startMilliseconds: UInt64
  /// Threads.
  public let threads: UInt64

  /// The figures now; `nil` where there is no `/proc`.
  public init?() {
    let files = DiskFileSystem()
    guard let line = try? files.readSpecial("/proc/self/stat"),
      let name = line.lastIndex(of: ")"),
      let descriptors = try? files.list("/proc/self/fd"),
      let boot = ProcessUsage.bootSeconds(files)
    else { return nil }
    // Behind the name, field 3 of proc_pid_stat(5) comes first.
    let fields = line[line.index(after: name)...].split(separator: " ").map { UInt64($0) ?? 0 }
    guard fields.count > 21 else { return nil }
    let ticks = UInt64(sysconf(CInt(_SC_CLK_TCK)))
    var clock = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &clock)
    cpuNanoseconds = UInt64(clock.tv_sec) * 1_000_000_000 + UInt64(clock.tv_nsec)
    threads = fields[17]
    startMilliseconds = boot * 1000 + fields[19] * 1000 / ticks
    virtualBytes = fields[20]
    residentBytes = fields[21] * UInt64(sysconf(CInt(_SC_PAGESIZE)))
    openDescriptors = UInt64(descriptors.count)
  }

  /// Where the running program lies; its bare name where there is no `/proc`.
  public static var programPath: String {
    var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = path.withUnsafeMutableBytes { room in
      readlink(
        "/proc/self/exe", room.baseAddress!.assumingMemoryBound(to: CChar.self), room.count)
    }
    return count > 0 ? String(decoding: path[..<count], as: UTF8.self) : "sluice"
  }

  private static func bootSeconds(_ files: DiskFileSystem) -> UInt64? {
    guard let text = try? files.readSpecial("/proc/stat") else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("btime ") {
      return UInt64(line.dropFirst(6))
    }
    return nil
  }
}
