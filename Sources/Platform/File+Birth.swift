import CLinux

extension File {
  /// What tells the file from every other that stood, stands or will stand under its name: its
  /// number and when it was made (`statx(2)`), as one number.
  public func birthmark() throws(SystemError) -> UInt64 {
    var nanoseconds: UInt64 = 0
    var number: UInt64 = 0
    _ = try valueOrError("statx", path) {
      sluice_birth(descriptorNumber, &nanoseconds, &number)
    }
    // Both change at once, and neither by steps that the other takes.
    return nanoseconds ^ number &* 0x9E37_79B9_7F4A_7C15
  }
}
