import Glibc
import Platform

/// A disk file whose calls are counted, and fail when its `Faults` say so.
public final class FaultyFile: File {
  private let file: any File
  private let faults: Faults

  /// Wraps an open file.
  public init(_ file: any File, _ faults: Faults) {
    self.file = file
    self.faults = faults
  }

  /// Where it was opened.
  public var path: String { file.path }
  /// The real file's.
  public var descriptorNumber: CInt { file.descriptorNumber }
  /// The real file's.
  public func size() throws(SystemError) -> Int { try file.size() }

  /// Reads, if it may.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at position: Int
  ) throws(SystemError) -> Int {
    try faults.pass(.read, path)
    return try file.read(into: buffer, at: position)
  }

  /// Reads, if it may.
  public func readIfCached(
    into buffer: UnsafeMutableRawBufferPointer, at position: Int
  ) throws(SystemError) -> Int? {
    try faults.pass(.read, path)
    return try file.readIfCached(into: buffer, at: position)
  }

  /// Writes as much as there is room for; less than everything is `ENOSPC`.
  public func write(_ parts: [UnsafeRawBufferPointer], at position: Int) throws(SystemError) {
    faults.tellOfWrite(path)
    try faults.change { () throws(SystemError) in try writeAtOnce(parts, at: position) }
  }

  private func writeAtOnce(
    _ parts: [UnsafeRawBufferPointer], at position: Int
  ) throws(SystemError) {
    try faults.pass(.write, path)
    let wanted = parts.reduce(0) { $0 + $1.count }
    let room = faults.takeRoom(wanted)
    if room == wanted { return try file.write(parts, at: position) }
    var left = room
    var short: [UnsafeRawBufferPointer] = []
    for part in parts where left > 0 {
      let taken = min(left, part.count)
      short.append(UnsafeRawBufferPointer(rebasing: part[..<taken]))
      left -= taken
    }
    if room > 0 { try file.write(short, at: position) }
    throw SystemError(code: ENOSPC, operation: "pwritev", subject: path)
  }

  /// Begins to sync, if it may.
  public func beginSynchronizing(_ range: Range<Int>) throws(SystemError) {
    try faults.pass(.beginSynchronizing, path)
    try file.beginSynchronizing(range)
  }

  /// Waits, if it may.
  public func waitForWriting(_ range: Range<Int>) throws(SystemError) {
    try faults.pass(.waitForWriting, path)
    try file.waitForWriting(range)
  }

  /// Syncs, if it may.
  public func synchronizeData() throws(SystemError) {
    try faults.pass(.synchronize, path)
    try file.synchronizeData()
  }

  /// Truncates, if it may.
  public func truncate(to size: Int) throws(SystemError) {
    try faults.pass(.truncate, path)
    try faults.change { () throws(SystemError) in try file.truncate(to: size) }
  }
}
