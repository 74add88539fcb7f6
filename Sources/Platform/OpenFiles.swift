/// The files and memory maps that a program with many of them keeps open: each kind in a table of
/// its own, so that neither descriptors nor maps run out.
public final class OpenFiles: Sendable {
  /// How many files are closed at a time when the system has no descriptor left.
  private static let roomMade = 64

  /// Where the files lie.
  public let system: any FileSystem
  /// Those that are open.
  public let files: OpenTable
  /// The maps that stand.
  public let maps: OpenTable

  /// Tables for so many files and maps of a file system.
  public init(_ system: any FileSystem, filesMax: Int, mapsMax: Int) {
    self.system = system
    files = OpenTable(limit: filesMax)
    maps = OpenTable(limit: mapsMax)
  }

  /// As many as the process may have while nothing else needs any.
  public convenience init(_ system: any FileSystem) {
    let shares = DescriptorShares(connectionsWanted: 1)
    self.init(system, filesMax: shares.files, mapsMax: shares.maps)
  }

  /// Opens a file for the caller alone, who lets it go soon; closes others if need be.
  public func open(_ path: String, _ access: DiskFile.Access) throws(SystemError) -> any File {
    do {
      return try system.open(path, access)
    } catch {
      guard error.isExhausted else { throw error }
    }
    files.closeIdle(atMost: OpenFiles.roomMade)
    return try system.open(path, access)
  }

  /// Maps the first `count` bytes of a file; removes other maps if need be.
  func map(_ file: any File, count: Int) throws(SystemError) -> FileMapping {
    do {
      return try FileMapping(file, count: count)
    } catch {
      guard error.isExhausted else { throw error }
    }
    maps.closeIdle(atMost: OpenFiles.roomMade)
    return try FileMapping(file, count: count)
  }
}
