import CLinux
import Glibc

/// A file of the machine's own file system.
public final class DiskFile: File {
  /// How a file is opened.
  public enum Access: Sendable {
    /// It must exist; it will not be changed.
    case read
    /// It must exist.
    case readWrite
    /// It is made if it does not exist.
    case createOrOpen
  }

  private let descriptor: Descriptor
  /// Where it was opened.
  public let path: String

  /// Opens `path`; throws what `open(2)` says.
  public init(_ path: String, _ access: Access) throws(SystemError) {
    let flags: CInt =
      switch access {
      case .read: O_RDONLY
      case .readWrite: O_RDWR
      case .createOrOpen: O_RDWR | O_CREAT
      }
    descriptor = Descriptor(
      owning: try valueOrError("open", path) { sluice_open(path, flags | O_CLOEXEC, 0o644) })
    self.path = path
  }

  /// The borrowed descriptor.
  public var descriptorNumber: CInt { descriptor.number }

  /// `fstat(2)`'s size.
  public func size() throws(SystemError) -> Int {
    var status = stat()
    _ = try valueOrError("fstat", path) { fstat(descriptor.number, &status) }
    return Int(status.st_size)
  }

  /// `pread(2)` until the buffer is full or the file ends.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at position: Int
  ) throws(SystemError) -> Int {
    var done = 0
    while done < buffer.count {
      let count = try valueOrError("pread", path) {
        pread(
          descriptor.number, buffer.baseAddress! + done, buffer.count - done, off_t(position + done)
        )
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// `preadv2(2)` with `RWF_NOWAIT`; a file system that cannot tell counts as one that never waits.
  public func readIfCached(
    into buffer: UnsafeMutableRawBufferPointer, at position: Int
  ) throws(SystemError) -> Int? {
    var vector = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
    while true {
      let count = preadv2(
        descriptor.number, &vector, 1, off_t(position), CInt(sluice_rwf_nowait))
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return nil
      case EOPNOTSUPP, EINVAL, ENOSYS: return try read(into: buffer, at: position)
      case let code: throw SystemError(code: code, operation: "preadv2", subject: path)
      }
    }
  }

  /// `pwritev(2)`, at most `IOV_MAX` parts a call, repeated until everything is written.
  public func write(_ parts: [UnsafeRawBufferPointer], at position: Int) throws(SystemError) {
    var position = position
    var vectors = parts.map {
      iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
    }
    var first = 0
    while first < vectors.count {
      let many = min(vectors.count - first, 1024)
      var written = try vectors.withUnsafeBufferPointer { all throws(SystemError) in
        try valueOrError("pwritev", path) {
          pwritev(descriptor.number, all.baseAddress! + first, CInt(many), off_t(position))
        }
      }
      position += written
      while first < vectors.count, written >= vectors[first].iov_len {
        written -= vectors[first].iov_len
        first += 1
      }
      if written > 0 {
        vectors[first].iov_base += written
        vectors[first].iov_len -= written
      }
    }
  }

  /// `sync_file_range(2)` with `SYNC_FILE_RANGE_WRITE`; a file system that knows no such thing
  /// writes when it is synced.
  public func beginSynchronizing(_ range: Range<Int>) throws(SystemError) {
    try synchronize(range, sluice_sync_file_range_write)
  }

  /// `sync_file_range(2)` with `SYNC_FILE_RANGE_WAIT_BEFORE`.
  public func waitForWriting(_ range: Range<Int>) throws(SystemError) {
    try synchronize(range, sluice_sync_file_range_wait)
  }

  private func synchronize(_ range: Range<Int>, _ flags: UInt32) throws(SystemError) {
    while true {
      let result = sync_file_range(
        descriptor.number, off_t(range.lowerBound), off_t(range.count), flags)
      if result == 0 { return }
      switch errno {
      case EINTR: continue
      case EINVAL, ESPIPE, ENOSYS, EOPNOTSUPP: return
      case let code: throw SystemError(code: code, operation: "sync_file_range", subject: path)
      }
    }
  }

  /// `fdatasync(2)`.
  public func synchronizeData() throws(SystemError) {
    _ = try valueOrError("fdatasync", path) { fdatasync(descriptor.number) }
  }

  /// `ftruncate(2)`.
  public func truncate(to size: Int) throws(SystemError) {
    _ = try valueOrError("ftruncate", path) { ftruncate(descriptor.number, off_t(size)) }
  }
}
