import Glibc

/// A read-only, shared memory map of the beginning of a file; unmapped when its last user goes.
public final class FileMapping: @unchecked Sendable {
  /// The mapped bytes.
  public let bytes: UnsafeRawBufferPointer

  /// Maps the first `count` bytes, which must be there for as long as the map lives (else SIGBUS).
  public init(_ file: any File, count: Int) throws(SystemError) {
    precondition(count > 0, "an empty map cannot be made")
    let address = withExtendedLifetime(file) {
      mmap(nil, count, PROT_READ, MAP_SHARED, file.descriptorNumber, 0)
    }
    guard let address, address != MAP_FAILED else {
      throw SystemError(code: errno, operation: "mmap", subject: file.path)
    }
    bytes = UnsafeRawBufferPointer(start: address, count: count)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
