import CLinux
import Glibc

/// Finds bytes among bytes.
public enum ByteSearch {
  /// Where `wanted` first stands in `bytes` from `start` on; `nil` if it does not.
  public static func first(
    _ wanted: StaticString, in bytes: UnsafeRawBufferPointer, from start: Int = 0
  ) -> Int? {
    guard let base = bytes.baseAddress, start < bytes.count else { return nil }
    let found = memmem(
      base + start, bytes.count - start, wanted.utf8Start, wanted.utf8CodeUnitCount)
    return found.map { UnsafeRawPointer($0) - base }
  }
}
