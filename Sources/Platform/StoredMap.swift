/// The one memory map of a file that all share who want to read it that way: made when somebody
/// asks for it, and removed again, while nobody holds it, when there are too many.
///
/// Any thread may use it.
public final class StoredMap: Sendable {
  private let path: String
  private let openFiles: OpenFiles?
  private let mapping: OpenSlot<FileMapping>

  /// A map of the file at `path`, counted among those of `openFiles`.
  public init(_ path: String, in openFiles: OpenFiles) {
    self.path = path
    self.openFiles = openFiles
    mapping = OpenSlot(in: openFiles.maps)
  }

  /// A map of `file` that, once it is made, stays.
  init(of file: any File) {
    path = file.path
    openFiles = nil
    mapping = OpenSlot(always: nil)
  }

  deinit { mapping.end() }

  /// A map of at least the first `count` bytes, which must be there and never change; `open` gives
  /// the file if one has to be made. Its bytes are there for as long as the caller holds it.
  ///
  /// It is made anew when the file has grown past it.
  public func get(
    atLeast count: Int, _ open: () throws(SystemError) -> any File
  ) throws(SystemError) -> FileMapping {
    try mapping.get(
      full: SystemError(exhausted: "mmap", subject: path), fits: { $0.bytes.count >= count }
    ) { () throws(SystemError) in
      let file = try open()
      if let openFiles { return try openFiles.map(file, count: count) }
      return try FileMapping(file, count: count)
    }
  }
}
