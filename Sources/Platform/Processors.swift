import Glibc

/// How many processors this process may use.
public enum Processors {
  /// The number of processors in the process's affinity, and no more than its control group's
  /// quota; at least 1.
  public static func available() -> Int {
    let online = max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))))
    guard let quota = controlGroupQuota() else { return online }
    return max(1, min(online, quota))
  }

  /// `cpu.max` of the control group, rounded up: "200000 100000" is 2, "max 100000" is none.
  private static func controlGroupQuota() -> Int? {
    guard let text = try? DiskFileSystem().readSpecial("/sys/fs/cgroup/cpu.max") else { return nil }
    let words = text.split(separator: " ")
    guard words.count == 2, let quota = Int(words[0]),
      let period = Int(words[1].filter(\.isNumber)), period > 0
    else { return nil }
    return (quota + period - 1) / period
  }
}
