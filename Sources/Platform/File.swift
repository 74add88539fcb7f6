/// An open file, addressed by position. Safe to use from several threads at once.
///
/// A protocol, so that a test can put a failing disk behind a log.
public protocol File: AnyObject, Sendable {
  /// Where it was opened; for messages only, a rename does not change it.
  var path: String { get }
  /// The descriptor, borrowed for as long as the file lives: for `sendfile` and `mmap` in this
  /// module.
  var descriptorNumber: CInt { get }
  /// The length in bytes.
  func size() throws(SystemError) -> Int
  /// Reads up to `buffer.count` bytes from `position`; fewer only at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(SystemError) -> Int
  /// As `read`, but gives `nil` instead of waiting for the disk (`RWF_NOWAIT`); may give fewer
  /// bytes.
  func readIfCached(
    into buffer: UnsafeMutableRawBufferPointer, at position: Int
  ) throws(SystemError) -> Int?
  /// Writes all the parts one behind the other from `position` on. After an error any prefix may be
  /// there.
  func write(_ parts: [UnsafeRawBufferPointer], at position: Int) throws(SystemError)
  /// Has the disk begin with bytes that a sync is to cover later, so that it finds less to wait
  /// for. Promises nothing.
  func beginSynchronizing(_ range: Range<Int>) throws(SystemError)
  /// Waits until the disk has written what it was asked to begin with. Promises nothing either.
  func waitForWriting(_ range: Range<Int>) throws(SystemError)
  /// Returns when the bytes, and the length needed to read them, are on the disk (`fdatasync`).
  func synchronizeData() throws(SystemError)
  /// Cuts or extends the file to `size` bytes.
  func truncate(to size: Int) throws(SystemError)
}
