import Foundation

/// The working tree that these tests were built from.
enum Repository {
  /// Every Swift, C and C++ file under `Sources` and `Tests`, hidden ones left out, sorted by path.
  static func files(of file: String = #filePath) throws -> [SourceFile] {
    let top = URL(fileURLWithPath: file)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    var files: [SourceFile] = []
    for folder in ["Sources", "Tests"] {
      let prefix = top.appendingPathComponent(folder)
      let walk = FileManager.default.enumerator(atPath: prefix.path)
      while let name = walk?.nextObject() as? String {
        let hidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
        let suffix = String(name.split(separator: ".").last ?? "")
        guard !hidden, ["swift", "h", "c", "cpp"].contains(suffix) else { continue }
        let text = try String(contentsOf: prefix.appendingPathComponent(name), encoding: .utf8)
        files.append(SourceFile(path: "\(folder)/\(name)", text: text))
      }
    }
    return files.sorted { $0.path < $1.path }
  }
}
