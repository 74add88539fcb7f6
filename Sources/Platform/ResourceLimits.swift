import Glibc

/// Limits that the system sets for the process.
public enum ResourceLimits {
  /// Raises the number of descriptors the process may have open to the most it is allowed; gives
  /// that number.
  @discardableResult
  public static func raiseOpenFiles() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return openFiles
  }

  /// How many descriptors the process may have open.
  public static var openFiles: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    return Int(clamping: limit.rlim_cur)
  }

  /// How many memory maps the process may have (`vm.max_map_count`).
  public static var maps: Int {
    let text = try? DiskFileSystem().readSpecial("/proc/sys/vm/max_map_count")
    return text.flatMap { Int($0.prefix { $0.isNumber }) } ?? 65_530
  }
}
