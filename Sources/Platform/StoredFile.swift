/// A file that is opened when somebody needs it, and closed again, while nobody does, when its
/// descriptor is needed for another.
///
/// Any thread may use it. Whoever holds what `open` gave keeps that open.
public final class StoredFile: Sendable {
  /// Where it lies; for messages too.
  public let path: String
  private let openFiles: OpenFiles?
  private let file: OpenSlot<OpenFile>
  private let mapping: StoredMap

  /// A file that must be there when it is opened. Nothing is opened yet.
  public init(_ path: String, in openFiles: OpenFiles) {
    self.path = path
    self.openFiles = openFiles
    file = OpenSlot(in: openFiles.files)
    mapping = StoredMap(path, in: openFiles)
  }

  /// A file that is open and stays so.
  public init(_ file: any File) {
    path = file.path
    openFiles = nil
    self.file = OpenSlot(always: OpenFile(file))
    mapping = StoredMap(of: file)
  }

  deinit { file.end() }

  /// The file if it is open at the moment: for those who must not wait for the disk.
  public var opened: (any File)? { file.current }

  /// The file, which may have to be opened: that may wait for the disk.
  public func open() throws(SystemError) -> any File {
    try file.get(
      full: SystemError(exhausted: "open", subject: path), fits: { _ in true }
    ) { () throws(SystemError) in
      guard let openFiles else { preconditionFailure("the file is open for good") }
      return OpenFile(try openFiles.open(path, .readWrite))
    }
  }

  /// Opens the file and has it stay open as long as this lives: its name is about to go, and those
  /// who have begun to read it go on.
  ///
  /// - Throws: when it cannot be opened, and when half of all that may be open stays so already.
  public func keepOpen() throws(SystemError) {
    while !(try file.keep(full: SystemError(exhausted: "open", subject: path))) { _ = try open() }
  }

  /// A map of at least the first `count` bytes, which must be there and never change. Its bytes are
  /// there for as long as the caller holds it.
  public func map(atLeast count: Int) throws(SystemError) -> FileMapping {
    try mapping.get(atLeast: count) { () throws(SystemError) in try open() }
  }
}
