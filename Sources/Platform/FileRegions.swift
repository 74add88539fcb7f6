/// Regions of files in the order in which they are sent.
///
/// A choice of small messages has tens of thousands of them in one file: a file is named once for
/// all neighbours that lie in it, so that they are added, copied and dropped without counting
/// references one by one.
public struct FileRegions: Sendable {
  /// Where another file begins.
  private struct Change {
    let index: Int
    let file: StoredFile
  }

  @usableFromInline private(set) var extents: [Range<Int>] = []
  private var firstFile: StoredFile?
  private var changes: [Change] = []
  /// The length of all regions together.
  public private(set) var bytes = 0

  /// No regions.
  public init() {}

  /// Regions in their order.
  public init(_ regions: some Sequence<FileRegion>) {
    for region in regions { append(region) }
  }

  /// Adds a region behind the others; one that follows the last in the same file makes that longer.
  ///
  /// - Returns: true if it did not, and is a region of its own.
  @discardableResult
  public mutating func append(_ file: StoredFile, position: Int, count: Int) -> Bool {
    bytes += count
    if let last = extents.last {
      if (changes.last?.file ?? firstFile) !== file {
        changes.append(Change(index: extents.count, file: file))
      } else if last.upperBound == position {
        extents[extents.count - 1] = last.lowerBound..<(position + count)
        return false
      }
    } else {
      firstFile = file
    }
    extents.append(position..<(position + count))
    return true
  }

  /// Adds a region behind the others.
  @discardableResult
  public mutating func append(_ region: FileRegion) -> Bool {
    append(region.file, position: region.position, count: region.count)
  }

  /// Adds others' regions behind these.
  ///
  /// - Returns: false if the first of them made the last of these longer.
  @discardableResult
  public mutating func append(contentsOf others: FileRegions) -> Bool {
    guard let first = others.first else { return false }
    let isOwn = append(first)
    let base = extents.count - 1
    extents.append(contentsOf: others.extents.dropFirst())
    for change in others.changes {
      changes.append(Change(index: base + change.index, file: change.file))
    }
    bytes += others.bytes - first.count
    return isOwn
  }

  /// Where a region lies in its file, in bytes.
  @inlinable
  public func extent(_ index: Int) -> Range<Int> { extents[index] }

  /// The first region behind this one that lies in another file.
  public func endOfFile(from index: Int) -> Int {
    let next = nextChange(behind: index)
    return next < changes.count ? changes[next].index : extents.count
  }

  private func file(_ index: Int) -> StoredFile {
    let next = nextChange(behind: index)
    guard let file = next == 0 ? firstFile : changes[next - 1].file else {
      preconditionFailure("no such region")
    }
    return file
  }

  private func nextChange(behind index: Int) -> Int {
    changes.partitioningIndex { $0.index > index }
  }
}

extension FileRegions: RandomAccessCollection {
  /// The first region.
  public var startIndex: Int { 0 }
  /// Behind the last region.
  public var endIndex: Int { extents.count }

  /// A region with its file.
  public subscript(index: Int) -> FileRegion {
    FileRegion(file: file(index), position: extents[index].lowerBound, count: extents[index].count)
  }
}

extension FileRegions: ExpressibleByArrayLiteral {
  /// The regions of a literal.
  public init(arrayLiteral regions: FileRegion...) { self.init(regions) }
}
