/// An open file that several share, each with a reference of its own: whether there are any can be
/// asked of a class, not of the protocol.
final class OpenFile: File {
  private let file: any File

  init(_ file: any File) { self.file = file }

  var path: String { file.path }
  var descriptorNumber: CInt { file.descriptorNumber }

  func size() throws(SystemError) -> Int { try file.size() }

  func read(
    into buffer: UnsafeMutableRawBufferPointer, at position: Int
  ) throws(SystemError) -> Int {
    try file.read(into: buffer, at: position)
  }

  func readIfCached(
    into buffer: UnsafeMutableRawBufferPointer, at position: Int
  ) throws(SystemError) -> Int? {
    try file.readIfCached(into: buffer, at: position)
  }

  func write(_ parts: [UnsafeRawBufferPointer], at position: Int) throws(SystemError) {
    try file.write(parts, at: position)
  }

  func beginSynchronizing(_ range: Range<Int>) throws(SystemError) {
    try file.beginSynchronizing(range)
  }
  func waitForWriting(_ range: Range<Int>) throws(SystemError) { try file.waitForWriting(range) }
  func synchronizeData() throws(SystemError) { try file.synchronizeData() }

  func truncate(to size: Int) throws(SystemError) { try file.truncate(to: size) }
}
