import Log
import Platform

/// The topics, partitions and segments of a data directory, with their offsets and sizes.
struct DirectoryListing {
  private let path: String
  private let files = DiskFileSystem()

  init(_ path: String) { self.path = path }

  func print() throws {
    Swift.print("partition\tsegment\tnext_offset\tbatches\trecords\tbytes\tstate")
    for name in try files.list(path + "/topics") {
      let directory = "\(path)/topics/\(name)"
      for file in try files.list(directory) where file.hasSuffix(".log") {
        var records = 0
        var batches = 0
        var next: Offset?
        let end = try SegmentSurvey("\(directory)/\(file)").forEachBatch { batch in
          batches += 1
          records += Int(batch.header.recordCount)
          next = batch.header.nextOffset
        }
        let state = end.damage.map { "unsound at \($0.position): \($0.reason)" } ?? "sound"
        let stem = file.dropLast(4)
        Swift.print(
          name, stem, next.map(\.description) ?? "-", batches, records, end.bytes, state,
          separator: "\t")
      }
    }
  }
}
