import Log
import Platform

/// Goes through the files of delayed records without a server and says what is not as it was
/// written: `DirectoryCheck` looks at their journal, this at what it was sorted into. Changes
/// nothing; whoever uses it holds the directory's lock.
public struct DelayCheck {
  private static let directory = "state/scheduled"

  private let path: String
  private let disk = DiskFileSystem()

  /// - Parameter path: the data directory.
  public init(_ path: String) { self.path = path }

  /// Looks at every record that waits and that the last snapshot knows of.
  ///
  /// - Returns: how many there are.
  public func run(fault: (DirectoryCheck.Fault) -> Void) throws(SystemError) -> Int {
    let file = "\(DelayCheck.directory)/snapshot"
    // A damaged one is the journal's fault, and told of there.
    guard let whole = try disk.readWhole("\(path)/\(file)"),
      let content = Journal.content(ofSnapshot: whole.bytes)
    else { return 0 }
    guard case .state(let snapshot)? = try? DelayEventReader.read(content) else {
      fault(.init(file: file, position: 0, reason: "it is not what was written"))
      return 0
    }
    var records: [UInt32: FileMapping] = [:]
    for known in snapshot.files where known.bytes > 0 {
      records[known.number] = try map(known.number, bytes: known.bytes, fault)
    }
    var count = 0
    for bucket in snapshot.buckets where bucket.count > 0 {
      let bytes = bucket.count * DelayEntry.bytes
      guard let entries = try map(bucket.number, bytes: bytes, fault) else { continue }
      count += check(bucket, entries.bytes, records, fault)
    }
    return count
  }

  /// A file's first bytes, which must be there.
  private func map(
    _ number: UInt32, bytes: Int, _ fault: (DirectoryCheck.Fault) -> Void
  ) throws(SystemError) -> FileMapping? {
    let name = DelayCheck.name(number)
    guard disk.exists("\(path)/\(name)") else {
      fault(.init(file: name, position: 0, reason: "it is missing"))
      return nil
    }
    let file = try disk.open("\(path)/\(name)", .read)
    let size = try file.size()
    guard size >= bytes else {
      fault(.init(file: name, position: size, reason: "\(bytes) bytes were on the disk once"))
      return nil
    }
    return try FileMapping(file, count: bytes)
  }

  private func check(
    _ bucket: DelaySnapshot.Bucket, _ entries: UnsafeRawBufferPointer,
    _ records: [UInt32: FileMapping], _ fault: (DirectoryCheck.Fault) -> Void
  ) -> Int {
    let width = DelayLevel.all[bucket.level].widthMilliseconds
    let stretch = bucket.from..<bucket.from + width
    var count = 0
    var last: UInt64?
    for index in 0..<bucket.count {
      let position = index * DelayEntry.bytes
      let entry = DelayEntry(entries.baseAddress! + position)
      let isInOrder = last.map { $0 < entry.key.number } ?? true
      guard isInOrder, stretch.contains(entry.key.due) else {
        let reason = "an entry is not one of this file's"
        fault(.init(file: DelayCheck.name(bucket.number), position: position, reason: reason))
        return count
      }
      last = entry.key.number
      if bucket.done.contains(index) { continue }
      count += 1
      if let reason = complaint(entry, records) {
        fault(.init(file: DelayCheck.name(entry.file), position: entry.position, reason: reason))
      }
    }
    return count
  }

  /// What is wrong with the record of an entry.
  private func complaint(_ entry: DelayEntry, _ records: [UInt32: FileMapping]) -> String? {
    // That the file is not there, or too short, was said before.
    guard let whole = records[entry.file]?.bytes else { return nil }
    guard entry.position >= 0, entry.size <= whole.count - entry.position else {
      return "record \(entry.key) is to lie here, behind the end"
    }
    let bytes = UnsafeRawBufferPointer(
      rebasing: whole[entry.position..<entry.position + entry.size])
    return LooseRecord.read(bytes) == nil ? "record \(entry.key) is damaged" : nil
  }

  private static func name(_ number: UInt32) -> String { "\(directory)/files/\(number)" }
}
