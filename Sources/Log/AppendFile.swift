import Platform

/// A file that only grows, and goes as a whole. Whoever writes it knows how long it is: what lies
/// behind that is overwritten. Safe to use from several threads; one writes.
public final class AppendFile: Sendable {
  /// Its number among the files of its directory.
  public let number: UInt32
  private let file: any File

  init(_ file: any File, number: UInt32) {
    self.file = file
    self.number = number
  }

  /// Writes bytes at a position; after an error any part of them may be there.
  public func append(
    _ bytes: UnsafeRawBufferPointer, at position: Int
  ) throws(LogError) {
    do {
      try file.write([bytes], at: position)
    } catch {
      throw error.isOutOfSpace ? .outOfSpace : .unwritable(reason: error.description)
    }
  }

  /// Fills `buffer` with the bytes from `position` on; all of them must be there.
  public func copy(
    into buffer: UnsafeMutableRawBufferPointer, from position: Int
  ) throws(LogError) {
    let count: Int
    do {
      count = try file.read(into: buffer, at: position)
    } catch {
      throw LogError(reading: error)
    }
    guard count == buffer.count else {
      throw .corrupted(file: file.path, position: position + count, reason: "the file ends early")
    }
  }

  /// Returns when everything that was written is on the disk. After an error nothing is known of
  /// it, now or later.
  public func synchronize() throws(LogError) {
    do {
      try file.synchronizeData()
    } catch {
      throw .offline(reason: error.description)
    }
  }
}
